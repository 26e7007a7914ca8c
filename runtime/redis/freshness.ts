/**
 * How far the views are: said by sinks for each partition, asked by the API. A pipeline that follows the clock on the
 * wall is behind by what that clock is ahead; one that replays is behind by what it has been offered and not shown, and by
 * how long no sink has been heard.
 */

import type { RedisClient } from './client.ts'
import { GoneError, type OpenGeneration } from './generations.ts'
import { FIRST_GENERATION, generationKey, viewKeys } from './keys.ts'

/** What a sink says of one partition. Times in milliseconds since the epoch. */
export interface PartitionFreshness {
  /** Pipeline time up to which the views hold everything. */
  readonly asOf: number
  /** Pipeline time up to which the log was offered everything. */
  readonly offeredAt: number
  /** When the sink said so, by the clock on the wall. */
  readonly heardAt: number
  /** True where what is offered keeps up with the clock on the wall. */
  readonly isLive: boolean
}
export interface FreshnessLimits {
  /** Beyond this lag answers are marked as stale. */
  readonly staleMs: number
  /** Beyond this lag nothing is answered. */
  readonly outageMs: number
}
export const USUAL_LIMITS: FreshnessLimits = { staleMs: 5_000, outageMs: 60_000 }

export interface ViewsTime {
  /** Pipeline time that all partitions have reached; 0 before. */
  readonly now: number
  readonly lagMs: number
  readonly isStale: boolean
  readonly outage: string | undefined
}

/** Throws {@link GoneError} where the generation is not the one that was opened any more: what is said was of that one. */
export const sayFresh = async (
  redis: RedisClient,
  space: string,
  { generation, epoch }: OpenGeneration,
  fresh: ReadonlyMap<number, PartitionFreshness>,
): Promise<void> => {
  if (fresh.size === 0) return
  const keys = viewKeys(space, generation)
  const fields = [...fresh].map(([partition, said]) => [String(partition), JSON.stringify(said)])
  const isSaid = await redis.stoplineSay(2, keys.epoch, keys.fresh, epoch, ...fields.flat())
  if (isSaid === 0) throw new GoneError(`generation ${generation} of the views is gone`)
}

export const shownGeneration = async (redis: RedisClient, space: string): Promise<number> =>
  Number((await redis.get(generationKey(space))) ?? FIRST_GENERATION)

export const readFresh = async (
  redis: RedisClient,
  space: string,
  generation: number,
): Promise<ReadonlyMap<number, PartitionFreshness>> => {
  const found = await redis.hgetall(viewKeys(space, generation).fresh)
  return new Map(
    Object.entries(found).map(([partition, said]) => [
      Number(partition),
      JSON.parse(said) as PartitionFreshness,
    ]),
  )
}

const lagOf = ({ asOf, offeredAt, heardAt, isLive }: PartitionFreshness, nowMs: number): number =>
  Math.max(0, isLive ? nowMs - asOf : Math.max(offeredAt - asOf, nowMs - heardAt))

const secondsText = (ms: number): string => `${Math.round(ms / 1000)} s`

/** Why views are not shown, in words. */
const reasonOf = (slowest: PartitionFreshness, lagMs: number, nowMs: number): string => {
  const silentMs = nowMs - slowest.heardAt
  if (silentMs > lagMs / 2) return `no sink was heard for ${secondsText(silentMs)}`
  return slowest.offeredAt - slowest.asOf < lagMs / 2
    ? `nothing was offered to the pipeline for ${secondsText(nowMs - slowest.offeredAt)}`
    : `the views are ${secondsText(lagMs)} behind what was offered to the pipeline`
}

/**
 * Time of the views as of `nowMs` on the wall, from what sinks said of `partitions` partitions. Example: of a live
 * pipeline whose slowest partition is at 10 s, at 17 s the lag is 7 s: stale by the usual limits.
 */
export const viewsTimeOf = (
  fresh: ReadonlyMap<number, PartitionFreshness>,
  partitions: number,
  nowMs: number,
  limits: FreshnessLimits,
): ViewsTime => {
  const rows = Array.from({ length: partitions }, (_, partition) => fresh.get(partition))
  const missing = rows.filter((row) => row === undefined || row.asOf === 0).length
  if (missing > 0)
    return {
      now: 0,
      lagMs: 0,
      isStale: true,
      outage: `the views of ${missing} of ${partitions} partitions have not been made yet`,
    }
  const said = rows.filter((row) => row !== undefined)
  const slowest = said.reduce((a, b) => (lagOf(b, nowMs) > lagOf(a, nowMs) ? b : a))
  const lagMs = lagOf(slowest, nowMs)
  return {
    now: Math.min(...said.map(({ asOf }) => asOf)),
    lagMs,
    isStale: lagMs > limits.staleMs,
    outage: lagMs > limits.outageMs ? reasonOf(slowest, lagMs, nowMs) : undefined,
  }
}
