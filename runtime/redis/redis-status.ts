/** What producers say of their sources and how large the views are: told through Redis, for the API. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { RedisClient } from './client.ts'
import { sourcesKey } from './keys.ts'

/** A source as its producer sees it. */
export interface SaidSource {
  readonly name: string
  readonly state: 'running' | 'ended' | 'failed'
  readonly isSimulated: boolean
  readonly cursor: number
  readonly detail: string | null
}
interface Told extends SaidSource {
  /** When it was said, by the clock on the wall. */
  readonly saidAt: number
}

/** How often producers say it, and how often it is asked for. */
export const STATUS_MS = 2_000
/** A producer that is silent for so long is taken to be gone. */
const SILENT_MS = 30_000
/** So long after its last word a source that did not end is shown no more: it was taken out of the configuration. */
const FORGOTTEN_MS = 24 * 3_600_000

export const saySources = async (
  redis: RedisClient,
  space: string,
  sources: readonly SaidSource[],
  nowMs: number,
): Promise<void> => {
  const fields = sources.map((source): [string, string] => {
    const told: Told = { ...source, saidAt: nowMs }
    return [source.name, JSON.stringify(told)]
  })
  if (fields.length > 0) await redis.hset(sourcesKey(space), ...fields.flat())
}

/** What was said of a source, as of `nowMs`: a running one whose producer is silent has failed. */
export const sourceAsOf = ({ saidAt, ...source }: Told, nowMs: number): SaidSource =>
  source.state === 'running' && nowMs - saidAt > SILENT_MS
    ? {
        ...source,
        state: 'failed',
        detail: `its producer was last heard of ${Math.round((nowMs - saidAt) / 1000)} s ago`,
      }
    : source

/** What is still shown of what was said. */
export const sourcesAsOf = (told: readonly Told[], nowMs: number): SaidSource[] =>
  told
    .filter(({ state, saidAt }) => state === 'ended' || nowMs - saidAt < FORGOTTEN_MS)
    .map((each) => sourceAsOf(each, nowMs))

export interface RedisStatus {
  readonly sources: () => readonly SaidSource[]
  /** Memory that Redis uses, in bytes; 0 before it was asked. */
  readonly bytes: () => number
  readonly run: (signal: AbortSignal) => Promise<void>
}

export const createRedisStatus = (redis: RedisClient, space: string, clock: Clock): RedisStatus => {
  let told: readonly Told[] = []
  let bytes = 0
  const ask = async (): Promise<void> => {
    const found = await redis.hvals(sourcesKey(space))
    told = found.map((text) => JSON.parse(text) as Told)
    const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))
    bytes = Number(used?.[1] ?? 0)
  }
  return {
    sources: () => sourcesAsOf(told, clock.now()),
    bytes: () => bytes,
    run: async (signal) => {
      while (!signal.aborted) {
        // What is known stays as it was, and grows old: the clock of the views says that Redis is silent.
        await ask().catch(() => undefined)
        await wait(STATUS_MS, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}
