/** Makes a new generation of views from all that the log keeps, while the old one is shown and followed. */

import { setTimeout as wait } from 'node:timers/promises'
import { shownGeneration } from '../../runtime/redis/freshness.ts'
import { deleteGeneration, showGeneration } from '../../runtime/redis/generations.ts'
import { openFollower, type FollowSettings } from './follower.ts'

/** So long it goes on after the change, until sinks have seen it. */
const OVERLAP_MS = 3_000

/** Resolves when the new generation is shown and the old one is gone. Rejects where the signal comes first. */
export const rebuildViews = async (
  settings: FollowSettings,
  signal: AbortSignal,
): Promise<{ readonly generation: number; readonly records: number }> => {
  const { redis, space, partitions } = settings
  const old = await shownGeneration(redis, space)
  const generation = old + 1
  // What an interrupted rebuild left would pass for complete.
  await deleteGeneration(redis, space, generation)
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
    for (const until = performance.now() + OVERLAP_MS; performance.now() < until;)
      await follower.turn()
  } finally {
    await follower.close()
  }
  await wait(OVERLAP_MS)
  await deleteGeneration(redis, space, old)
  return { generation, records }
}
