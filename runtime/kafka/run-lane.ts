/** Keeps a lane going: after a transaction of unknown outcome its writer and all its tasks are thrown away, fenced anew and restored. */

import { once } from 'node:events'
import { Failures, pause } from './failures.ts'
import { inTime } from './in-time.ts'
import type { Lane } from './lanes.ts'
import { LaneWriter } from './lane-writer.ts'
import { taskName } from './names.ts'
import { progressOf } from './progress.ts'
import { runTask, type TaskRun } from './run-task.ts'
import type { TaskSettings } from './task.ts'
import type { Assigned } from './task-events.ts'
import { FencedError } from './transactions.ts'

export interface LaneRun extends TaskRun {
  /** How long a lane that was fenced waits to be told whose it is; null ends the process instead. */
  readonly fencedWaitMs: number | null
}

/** So long at most its tasks take to end what they are at; the process is ended where one does not, and its lanes are another's. */
const LONGEST_END_MS = 120_000

/** The lane must begin anew; its cause says why. */
class LaneError extends Error {
  override name = 'LaneError'
  override readonly cause: Error
  constructor(cause: unknown) {
    const error = cause instanceof Error ? cause : new Error(String(cause))
    super(error.message, { cause: error })
    this.cause = error
  }
}

/** Runs the tasks of a lane until the signal. Rejects where the process must end and be started again. */
export const runLane = async (
  { number, tasks }: Lane,
  settings: TaskSettings,
  { signal, onEvent, fencedWaitMs }: LaneRun,
): Promise<void> => {
  const failures = new Failures()
  const going = new Set(tasks)
  const run: TaskRun = {
    signal,
    onEvent: (event) => {
      if (event.kind === 'committed') failures.forget()
      if (event.kind === 'stopped') going.delete(event.of)
      onEvent(event)
    },
  }
  while (!signal.aborted)
    try {
      await runOnce(number, [...going], settings, run)
    } catch (error) {
      if (!(error instanceof LaneError)) throw error
      const { cause } = error
      if (cause instanceof FencedError) {
        if (fencedWaitMs === null) throw cause
        for (const of of going) onEvent({ of, kind: 'fenced' })
        await pause(fencedWaitMs, signal)
      } else
        await failures.bear(cause, signal, () => {
          for (const of of going) onEvent({ of, kind: 'failed', error: cause })
        })
    }
}

const runOnce = async (
  lane: number,
  tasks: readonly Assigned[],
  settings: TaskSettings,
  { signal, onEvent }: TaskRun,
): Promise<void> => {
  const writer = await fenced(lane, settings)
  const over = new AbortController()
  const run = { onEvent, signal: AbortSignal.any([signal, over.signal]) }
  const left = new Set(tasks)
  const runs = tasks.map(async (of) => {
    try {
      await runTask(of, writer, settings, run)
    } catch (error) {
      over.abort()
      throw error
    } finally {
      left.delete(of)
    }
  })
  const all = Promise.allSettled(runs)
  const results = await inTime(all, run.signal, LONGEST_END_MS, () => namesOf(left))
  await writer.close().catch(() => undefined)
  const { failure } = writer
  for (const result of results)
    if (result.status === 'rejected' && result.reason !== failure) throw result.reason
  if (failure !== undefined) throw new LaneError(failure)
  // All of them are stopped: nothing is read any more.
  if (!signal.aborted) await once(signal, 'abort')
}

/** From then on nobody else commits for the lane, and what was committed for it is known. */
const fenced = async (
  lane: number,
  { connection, names, board }: TaskSettings,
): Promise<LaneWriter> => {
  let writer: LaneWriter | undefined
  try {
    writer = await LaneWriter.open(connection, names.transactionalId('lane', lane))
    await board.caughtUp(progressOf(lane))
    return writer
  } catch (error) {
    await writer?.close().catch(() => undefined)
    throw new LaneError(error)
  }
}

const namesOf = (tasks: ReadonlySet<Assigned>): string =>
  [...tasks].map(({ plan, partition }) => taskName(plan.name, partition)).join(', ')
