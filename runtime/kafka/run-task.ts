/** Keeps one task going: what goes wrong is thrown away and restored, doubt ends the process. */

import { setTimeout as sleep } from 'node:timers/promises'
import { PartitionStoppedError } from '../engine/dead-letter-limit.ts'
import { TornStateError } from './restore.ts'
import { OtherShapeError, Task, type TaskSettings } from './task.ts'
import type { Assigned, OnTaskEvent } from './task-events.ts'
import { FencedError } from './transactions.ts'

export interface RunOptions {
  readonly signal: AbortSignal
  readonly onEvent: OnTaskEvent
  /** How long a task that was fenced waits to be told whose it is; null ends the process instead. */
  readonly fencedWaitMs: number | null
}

/** So long a task may fail without a commit in between; then it is given up. */
const MOST_FAILING_MS = 60_000
const BACK_OFF_MS = 50
const LONGEST_BACK_OFF_MS = 2_000

/** Runs a task until the signal, or until it is stopped. Rejects where the process must end and be started again. */
export const runTask = async (
  of: Assigned,
  settings: TaskSettings,
  options: RunOptions,
): Promise<void> => {
  const { signal, onEvent, fencedWaitMs } = options
  let failures = 0
  let deadline = Infinity
  while (!signal.aborted)
    try {
      await runOnce(of, settings, options, () => {
        failures = 0
        deadline = Infinity
      })
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown))
      if (error instanceof PartitionStoppedError) {
        onEvent({ of, kind: 'stopped', error })
        return
      }
      if (error instanceof FencedError && fencedWaitMs !== null) {
        onEvent({ of, kind: 'fenced' })
        await pause(fencedWaitMs, signal)
        continue
      }
      failures += 1
      if (deadline === Infinity) deadline = Date.now() + MOST_FAILING_MS
      if (isDoubt(error) || Date.now() > deadline) throw error
      onEvent({ of, kind: 'failed', error })
      await pause(Math.min(BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS), signal)
    }
}

const isDoubt = (error: Error): boolean =>
  error instanceof FencedError ||
  error instanceof TornStateError ||
  error instanceof OtherShapeError

/** Returns early when aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, { signal }).catch(() => undefined)

const runOnce = async (
  of: Assigned,
  settings: TaskSettings,
  { signal, onEvent }: RunOptions,
  onProgress: () => void,
): Promise<void> => {
  const began = Date.now()
  const task = await Task.open(of.plan, of.partition, settings)
  try {
    onEvent({ of, kind: 'opened', restoreMs: Date.now() - began, changes: task.restored })
    let isPaused = false
    while (!signal.aborted) {
      const turn = await task.turn()
      if ((task.paused !== null) !== isPaused) {
        isPaused = !isPaused
        onEvent({ of, kind: 'paused', reason: task.paused })
      }
      if (turn === null) continue
      onProgress()
      onEvent({ of, ...turn })
    }
  } finally {
    await task.close()
    onEvent({ of, kind: 'closed' })
  }
}
