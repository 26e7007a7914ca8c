/**
 * Follows the log into the views, from wherever they stand. What has been written lies with the views themselves, so
 * nothing is committed anywhere else: after any error, and when the views are gone, it looks again and goes on from there.
 */

import { setTimeout as wait } from 'node:timers/promises'
import { shownGeneration } from '../../runtime/redis/freshness.ts'
import { Sweeper } from '../../runtime/redis/sweeper.ts'
import type { FollowSettings, SinkHooks } from './follower.ts'
import { openFollower, OtherLogError, type Assignment } from './open.ts'
import { leave, myPartitions } from './partitions.ts'

export interface SinkSettings extends FollowSettings {
  /** Name of this sink among all. */
  readonly member: string
}

const MEET_MS = 1_000
const BACK_OFF_MS = 200
/** Time between two pieces of a sweep. */
const SWEEP_MS = 100

/** Writes views until the signal. Rejects with {@link OtherLogError}, and where there is nothing to be tried again. */
export const runSink = async (
  settings: SinkSettings,
  signal: AbortSignal,
  hooks: SinkHooks = {},
): Promise<void> => {
  while (!signal.aborted)
    try {
      await followOnce(settings, signal, hooks)
    } catch (error) {
      if (error instanceof OtherLogError) throw error
      hooks.onRetry?.(error as Error)
      await wait(BACK_OFF_MS, undefined, { signal }).catch(() => undefined)
    }
  const { redis, space, member } = settings
  await leave(redis, space, member).catch(() => undefined)
}

/** Until other partitions are this sink's, or another generation is shown. */
const followOnce = async (
  settings: SinkSettings,
  signal: AbortSignal,
  hooks: SinkHooks,
): Promise<void> => {
  const { redis, space, member, partitions } = settings
  const look = async (): Promise<Assignment> => ({
    generation: await shownGeneration(redis, space),
    mine: await myPartitions(redis, space, member, partitions),
  })
  const assigned = await look()
  const follower = await openFollower(settings, assigned, hooks)
  const sweep = sweepOf(settings, assigned)
  try {
    let next = performance.now() + MEET_MS
    while (!signal.aborted) {
      await follower.turn()
      await sweep()
      if (performance.now() < next) continue
      next = performance.now() + MEET_MS
      if (!isSame(await look(), assigned)) return
    }
  } finally {
    await follower.close()
  }
}

/** One sink among all sweeps: the one that has the first partition. */
const sweepOf = ({ redis, space }: SinkSettings, { mine, generation }: Assignment) => {
  const sweeper = new Sweeper(redis, space)
  let next = 0
  return async (): Promise<void> => {
    if (!mine.includes(0) || performance.now() < next) return
    await sweeper.step(generation)
    next = performance.now() + SWEEP_MS
  }
}

const isSame = (a: Assignment, b: Assignment): boolean =>
  a.generation === b.generation && a.mine.join() === b.mine.join()
