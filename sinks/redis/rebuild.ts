/** Makes a new generation of views from all that the log keeps, while the old one is shown and followed. */

import { setTimeout as wait } from 'node:timers/promises'
import { shownGeneration } from '../../runtime/redis/freshness.ts'
import { deleteOthers, showGeneration } from '../../runtime/redis/generations.ts'
import type { FollowSettings } from './follower.ts'
import { openFollower } from './open.ts'

/** So long it goes on after the change, until sinks have seen it. */
const OVERLAP_MS = 3_000

/**
 * Resolves when the new generation is shown and all others are gone. Rejects where the signal comes first, and where the new
 * one goes while it is made.
 */
export const rebuildViews = async (
  settings: FollowSettings,
  signal: AbortSignal,
): Promise<{ readonly generation: number; readonly records: number }> => {
  const { redis, space, partitions } = settings
  const old = await shownGeneration(redis, space)
  const generation = old + 1
  // What an interrupted rebuild left would pass for complete, or lie there for ever.
  await deleteOthers(redis, space, old)
  let records = 0
  let asOf = 0
  const mine = Array.from({ length: partitions }, (_, partition) => partition)
  const follower = await openFollower(
    settings,
    { generation, mine },
    {
      onApplied: (count) => {
        records += count
      },
      onFresh: (fresh) => {
        asOf = Math.min(...[...fresh.values()].map((each) => each.asOf))
      },
    },
  )
  try {
    const wanted = follower.saidAt()
    while (asOf < wanted) {
      signal.throwIfAborted()
      await follower.turn()
    }
    await showGeneration(redis, space, generation)
    follower.makeWay()
    for (const until = performance.now() + OVERLAP_MS; performance.now() < until;)
      await follower.turn()
  } finally {
    await follower.close()
  }
  await wait(OVERLAP_MS)
  // Asked anew: another one is shown where Redis was emptied meanwhile, or another rebuild was faster.
  await deleteOthers(redis, space, await shownGeneration(redis, space))
  return { generation, records }
}
