/** Runs a fixed set of tasks in one process: who runs which is said from outside. */

import { once } from 'node:events'
import { inLanes } from './lanes.ts'
import type { Assigned, OnTaskEvent } from './task-events.ts'
import { LaneSet } from './lane-set.ts'
import type { TaskSettings } from './task.ts'

export interface FixedOptions {
  readonly signal: AbortSignal
  readonly onEvent?: OnTaskEvent
}

/**
 * Runs the tasks until the signal. Rejects where a task was fenced, fails again and again, or its state is in doubt:
 * then the process must end and be started again.
 */
export const runTasks = async (
  assigned: readonly Assigned[],
  settings: TaskSettings,
  { signal, onEvent = () => undefined }: FixedOptions,
): Promise<void> => {
  checkPartitions(assigned, settings)
  const lanes = new LaneSet(settings, { onEvent, fencedWaitMs: null })
  lanes.assign(inLanes(assigned, settings.lanes))
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort')
  try {
    await Promise.race([aborted, lanes.failed, settings.board.failed])
  } finally {
    await lanes.stop()
  }
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
