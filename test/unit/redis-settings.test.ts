import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readRedisSettings, REDIS_SETTINGS } from '../../runtime/redis/redis-settings.ts'

describe('settings of the views', () => {
  it('are listed in docs/operations.md', () => {
    const told = readFileSync('docs/operations.md', 'utf8')
      .split('\n')
      .filter((line) => /^\| STOPLINE_(REDIS|VIEWS)/.test(line))
      .map((line) => line.split(' | ').map((cell) => cell.replaceAll('|', '').trim()))
    const rows = Object.entries(REDIS_SETTINGS).map(([name, { otherwise, doc }]) => [
      name,
      otherwise,
      doc,
    ])
    expect(told).toEqual(rows)
  })

  it('have defaults, and are refused by name where they cannot be used', () => {
    expect(readRedisSettings({})).toEqual({
      address: 'redis://127.0.0.1:6379',
      space: 'stopline',
      limits: { staleMs: 5_000, outageMs: 60_000 },
    })
    for (const [name, value] of Object.entries({
      STOPLINE_REDIS: 'localhost:6379',
      STOPLINE_REDIS_SPACE: 'a{b}',
      STOPLINE_VIEWS_STALE_SECONDS: '0',
      STOPLINE_VIEWS_OUTAGE_SECONDS: '4',
    }))
      expect(() => readRedisSettings({ [name]: value })).toThrow(name)
  })
})
