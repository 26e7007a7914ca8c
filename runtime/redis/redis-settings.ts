/** THE table of settings for views in Redis, by environment. `docs/operations.md` lists the same; a test compares both. */

import type { FreshnessLimits } from './freshness.ts'

export const REDIS_SETTINGS = {
  STOPLINE_REDIS: {
    otherwise: 'redis://127.0.0.1:6379',
    doc: 'Redis of the views: redis://, rediss:// (TLS) or redis+cluster://host:port,host:port; user and password stand in the address.',
  },
  STOPLINE_REDIS_SPACE: {
    otherwise: 'stopline',
    doc: 'Stands before every key, so that installations may share a Redis.',
  },
  STOPLINE_VIEWS_STALE_SECONDS: {
    otherwise: '5',
    doc: 'Answers are marked as stale where the views are further behind.',
  },
  STOPLINE_VIEWS_OUTAGE_SECONDS: {
    otherwise: '60',
    doc: 'The API answers 503 with the reason where the views are further behind.',
  },
} as const
type Name = keyof typeof REDIS_SETTINGS

export interface RedisSettings {
  readonly address: string
  readonly space: string
  readonly limits: FreshnessLimits
}

/** Reads the settings. Throws an error that names the one that cannot be used. */
export const readRedisSettings = (
  env: Readonly<Record<string, string | undefined>>,
): RedisSettings => {
  const text = (name: Name): string => {
    const given = env[name]
    return given === undefined || given === '' ? REDIS_SETTINGS[name].otherwise : given
  }
  const address = text('STOPLINE_REDIS')
  if (!/^(rediss?|redis\+cluster):\/\/./.test(address))
    throw new Error('STOPLINE_REDIS takes redis://, rediss:// or redis+cluster:// with a host')
  const space = text('STOPLINE_REDIS_SPACE')
  if (!/^[\w.:-]{1,64}$/.test(space))
    throw new Error('STOPLINE_REDIS_SPACE takes letters, digits, and any of _ . : -')
  const ms = (name: Name): number => {
    const seconds = Number(text(name))
    if (!(seconds > 0 && seconds <= 86_400))
      throw new Error(`${name} takes seconds above 0 and up to 86400, not '${text(name)}'`)
    return seconds * 1000
  }
  const limits = {
    staleMs: ms('STOPLINE_VIEWS_STALE_SECONDS'),
    outageMs: ms('STOPLINE_VIEWS_OUTAGE_SECONDS'),
  }
  if (limits.outageMs < limits.staleMs)
    throw new Error('STOPLINE_VIEWS_OUTAGE_SECONDS must not be below STOPLINE_VIEWS_STALE_SECONDS')
  return { address, space, limits }
}
