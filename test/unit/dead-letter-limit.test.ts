import { describe, expect, it } from 'vitest'
import { DeadLetterLimit } from '../../runtime/engine/dead-letter-limit.ts'

const note = (limit: DeadLetterLimit, n: number, isDead: boolean): void => {
  for (let i = 0; i < n; i += 1) limit.note(isDead, 'bad-row')
}

describe('the dead-letter limit', () => {
  it('lets 50 dead letters among 1,000 records pass and stops at one more', () => {
    const limit = new DeadLetterLimit('runs')
    note(limit, 950, false)
    note(limit, 50, true)
    expect(limit.stopped).toBeUndefined()
    limit.note(true, 'bad-row')
    expect(limit.stopped?.name).toBe('PartitionStoppedError')
  })
  it('does not stop for fewer than 50, whatever their share', () => {
    const limit = new DeadLetterLimit('runs')
    note(limit, 49, true)
    expect(limit.stopped).toBeUndefined()
    limit.note(true, 'bad-row')
    note(limit, 10, true)
    expect(limit.stopped?.message).toMatch(
      /runs: 50 of the last 50 records are dead letters \(last: bad-row\)/,
    )
  })
  it('forgets what lies more than 1,000 records back', () => {
    const limit = new DeadLetterLimit('runs')
    for (let round = 0; round < 10; round += 1) {
      note(limit, 45, true)
      note(limit, 955, false)
    }
    note(limit, 50, true)
    expect(limit.stopped).toBeUndefined()
  })
})
