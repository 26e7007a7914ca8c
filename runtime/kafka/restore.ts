/** Brings a task's state back from its changelog. */

import type { Connection } from './connection.ts'
import { fromChangelog } from './changelog.ts'
import type { Progress } from './progress.ts'
import { PartitionReader, type Position } from './reader.ts'
import type { TaskState } from './task-state.ts'

/** The changelog says something else than the progress that was committed with it. */
export class TornStateError extends Error {
  override name = 'TornStateError'
}
const POLL_MS = 25

/** Reads the changelog to its end; returns how many changes it had. Its last commit must be the one whose progress is known. */
export const restore = async (
  connection: Connection,
  changelog: Position,
  state: TaskState,
  progress: Progress,
): Promise<number> => {
  const reader = new PartitionReader(connection)
  let at = 0
  let count = 0
  try {
    await reader.open([changelog], () => 0)
    while (!reader.isAtEnd)
      await reader.poll(POLL_MS, (_, messages) => {
        count += messages.length
        for (const { key, value } of messages) {
          const read = fromChangelog({ key: key?.toString() ?? '', value })
          at = Math.max(at, read.at ?? 0)
          state.restore(read.change)
        }
        state.seal()
      })
  } finally {
    await reader.close()
  }
  if (at !== progress.at)
    throw new TornStateError(
      `${changelog.topic}, partition ${changelog.partition}, has reached ${at}, its progress says ${progress.at}: a transaction was torn`,
    )
  return count
}
