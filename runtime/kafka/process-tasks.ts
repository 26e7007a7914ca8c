/** Runs tasks in one process, each by itself: what goes wrong in one is thrown away and restored, doubt ends all. */

import { setTimeout as wait } from 'node:timers/promises'
import { Task, TornStateError, type TaskSettings } from './task.ts'
import type { TaskPlan } from './tasks.ts'
import { FencedError } from './transactions.ts'

export interface Assigned {
  readonly plan: TaskPlan
  readonly partition: number
}
export interface RunOptions {
  readonly signal: AbortSignal
  /** Told of every error after which a task is restored. */
  readonly onRestore?: (of: Assigned, error: Error) => void
  readonly onCommit?: (of: Assigned) => void
}

/** A task that fails so often without a commit in between is given up. */
const MOST_FAILURES = 12
const BACK_OFF_MS = 50
const LONGEST_BACK_OFF_MS = 2_000

/**
 * Runs the tasks until the signal. Rejects where a task was fenced, fails again and again, or its state is in doubt:
 * then the process must end and be started again.
 */
export const runTasks = async (
  assigned: readonly Assigned[],
  settings: TaskSettings,
  { signal, ...options }: RunOptions,
): Promise<void> => {
  checkPartitions(assigned, settings)
  const doubt = new AbortController()
  const both = AbortSignal.any([signal, doubt.signal])
  const results = await Promise.allSettled(
    assigned.map((each) =>
      runTask(each, settings, { ...options, signal: both }).catch((error: unknown) => {
        doubt.abort()
        throw error
      }),
    ),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Whoever reads a topic waits for every partition of the task that writes it. */
const checkPartitions = (assigned: readonly Assigned[], { partitionsOf }: TaskSettings): void => {
  const topics = assigned.flatMap(({ plan }) => [...plan.inputs, ...plan.tables])
  const counts = new Set(topics.map(({ topic }) => partitionsOf(topic)))
  if (counts.size > 1)
    throw new Error(
      `topics have ${[...counts].join(' and ')} partitions: all that tasks read must have the same number`,
    )
}

const isDoubt = (error: unknown): boolean =>
  error instanceof FencedError || error instanceof TornStateError

const runTask = async (
  of: Assigned,
  settings: TaskSettings,
  options: RunOptions,
): Promise<void> => {
  for (let failures = 0; !options.signal.aborted;) {
    try {
      await runOnce(of, settings, options, () => {
        failures = 0
      })
    } catch (error) {
      failures += 1
      if (isDoubt(error) || failures > MOST_FAILURES) throw error
      options.onRestore?.(of, error as Error)
      await wait(Math.min(BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS))
    }
  }
}

const runOnce = async (
  of: Assigned,
  settings: TaskSettings,
  { signal, onCommit }: RunOptions,
  onProgress: () => void,
): Promise<void> => {
  const task = await Task.open(of.plan, of.partition, settings)
  try {
    while (!signal.aborted) {
      if (!(await task.turn())) continue
      onProgress()
      onCommit?.(of)
    }
  } finally {
    await task.close()
  }
}
