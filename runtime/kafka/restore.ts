/** Brings a task's state back: from where its own folder ends, or whole from its changelog. */

import { fromChangelog } from './changelog.ts'
import type { Connection } from './connection.ts'
import type { Progress } from './progress.ts'
import { PartitionReader, type Position } from './reader.ts'
import { TaskState } from './task-state.ts'

/** The changelog says something else than the progress that was committed with it. */
export class TornStateError extends Error {
  override name = 'TornStateError'
}
/** What lies in the folder is no beginning of this changelog. */
class ForeignStateError extends Error {
  override name = 'ForeignStateError'
}
const POLL_MS = 25
/** So many changes are applied together: neighbours in the table then share a page. */
const CHANGES_AT_ONCE = 100_000
/** One partition is read, and nothing else. */
const FETCH_BYTES = 8 << 20

/** Where the state lies. */
export interface StatePlace {
  /** Null where it is in memory. */
  readonly folder: string | null
  /** Of the memory of a store that is the only one of its process. */
  readonly share?: number
}
export interface Restored {
  readonly state: TaskState
  /** Changes that were read. */
  readonly count: number
}

/** Reads the changelog to its end. Its last commit must be the one whose progress is known. */
export const restore = async (
  connection: Connection,
  changelog: Position,
  progress: Progress,
  { folder, share }: StatePlace,
): Promise<Restored> => {
  const local = TaskState.open(folder, Date.now(), share)
  if (local.kept.next === 0) return readInto(local, connection, changelog, progress)
  try {
    return await readInto(local, connection, changelog, progress)
  } catch (error) {
    if (!(error instanceof ForeignStateError || error instanceof TornStateError)) throw error
    return readInto(TaskState.empty(folder, share), connection, changelog, progress)
  }
}

const readInto = async (
  state: TaskState,
  connection: Connection,
  changelog: Position,
  progress: Progress,
): Promise<Restored> => {
  try {
    return { state, count: await readOn(state, connection, changelog, progress) }
  } catch (error) {
    state.close()
    throw error
  }
}

const readOn = async (
  state: TaskState,
  connection: Connection,
  changelog: Position,
  progress: Progress,
): Promise<number> => {
  const reader = new PartitionReader(connection, FETCH_BYTES)
  const { kept } = state
  let { at } = kept
  let count = 0
  try {
    await reader.open([changelog], () => 0)
    for (const place of reader.states) {
      if (kept.next > place.end)
        throw new ForeignStateError(`it has more than ${changelog.topic} has`)
      place.next = Math.max(place.next, kept.next)
    }
    // Where its end is told at first, a commit that has just ended may not be counted yet.
    do
      await reader.poll(POLL_MS, ({ next }, messages) => {
        count += messages.length
        for (const { key, value } of messages) {
          const recordKey = key?.toString() ?? ''
          const read = fromChangelog({ key: recordKey, value })
          at = Math.max(at, read.at ?? 0)
          state.restore(recordKey, read.change)
        }
        if (state.unapplied >= CHANGES_AT_ONCE || reader.isAtEnd)
          state.keep({ next, at }, Date.now())
      })
    while (!reader.isAtEnd)
  } finally {
    await reader.close()
  }
  if (at !== progress.at)
    throw new TornStateError(
      `${changelog.topic}, partition ${changelog.partition}, has reached ${at}, its progress says ${progress.at}: a transaction was torn`,
    )
  return count
}
