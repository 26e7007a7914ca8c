/** Keeps one task of a lane going: what goes wrong with it alone is thrown away and restored, while the others of its lane go on. */

import { PartitionStoppedError } from '../engine/dead-letter-limit.ts'
import { Failures } from './failures.ts'
import { laneOf } from './lanes.ts'
import type { LaneWriter } from './lane-writer.ts'
import { progressOf } from './progress.ts'
import { TornStateError } from './restore.ts'
import { OtherShapeError, Task, type TaskSettings } from './task.ts'
import type { Assigned, OnTaskEvent } from './task-events.ts'

export interface TaskRun {
  readonly signal: AbortSignal
  readonly onEvent: OnTaskEvent
}

/**
 * Runs a task until the signal, or until it is stopped. Rejects with the failure of its writer, where all of the lane must begin anew, and
 * with what must end the process.
 */
export const runTask = async (
  of: Assigned,
  writer: LaneWriter,
  settings: TaskSettings,
  { signal, onEvent }: TaskRun,
): Promise<void> => {
  const failures = new Failures()
  while (!signal.aborted)
    try {
      await runOnce(of, writer, settings, {
        signal,
        onEvent: (event) => {
          if (event.kind === 'committed' || event.kind === 'passed') failures.forget()
          onEvent(event)
        },
      })
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      if (writer.failure !== undefined) throw writer.failure
      if (error instanceof PartitionStoppedError) {
        onEvent({ of, kind: 'stopped', error })
        return
      }
      if (error instanceof TornStateError || error instanceof OtherShapeError) throw error
      await failures.bear(error, signal, () => {
        onEvent({ of, kind: 'failed', error })
      })
      // It commits no more under this writer: what is committed of it is on the board.
      await settings.board.caughtUp(progressOf(laneOf(of.partition, settings.lanes)))
    }
}

const runOnce = async (
  of: Assigned,
  writer: LaneWriter,
  settings: TaskSettings,
  { signal, onEvent }: TaskRun,
): Promise<void> => {
  const began = Date.now()
  const task = await Task.open(of, writer, settings)
  try {
    onEvent({ of, kind: 'opened', restoreMs: Date.now() - began, changes: task.restored })
    let isPaused = false
    while (!signal.aborted) {
      const turn = await task.turn()
      if ((task.paused !== null) !== isPaused) {
        isPaused = !isPaused
        onEvent({ of, kind: 'paused', reason: task.paused })
      }
      if (turn !== null) onEvent({ of, ...turn })
    }
  } finally {
    await task.close()
    onEvent({ of, kind: 'closed' })
  }
}
