/** What each task of a process is at, as its events tell it. */

import { taskName } from './names.ts'
import type { TaskEvent } from './task-events.ts'

export interface TaskState {
  /** Task and partition, as `runs/2`. */
  readonly task: string
  readonly state: 'restoring' | 'running' | 'paused' | 'stopped'
  /** Pipeline time it has reached here; null before. */
  readonly at: number | null
  /** What it was last restored for, or is paused or stopped for. */
  readonly reason: string | null
}
export interface TaskStates {
  assigned(tasks: readonly string[]): void
  note(event: TaskEvent): void
  /** True once tasks were assigned and until they were all taken away. */
  isMember(): boolean
  list(): readonly TaskState[]
}

export const createTaskStates = (): TaskStates => {
  const states = new Map<string, TaskState>()
  let isMember = false
  return {
    assigned: (tasks) => {
      isMember = tasks.length > 0
      for (const task of states.keys()) if (!tasks.includes(task)) states.delete(task)
      for (const task of tasks)
        if (!states.has(task))
          states.set(task, { task, state: 'restoring', at: null, reason: null })
    },
    note: (event) => {
      const task = taskName(event.of.plan.name, event.of.partition)
      const before = states.get(task)
      if (before !== undefined) states.set(task, { ...before, ...changeOf(event) })
    },
    isMember: () => isMember,
    list: () => [...states.values()],
  }
}

const changeOf = (event: TaskEvent): Partial<TaskState> => {
  switch (event.kind) {
    case 'opened':
      return { state: 'running', reason: null }
    case 'committed':
    case 'passed':
      return { at: event.at }
    case 'paused':
      return { state: event.reason === null ? 'running' : 'paused', reason: event.reason }
    case 'failed':
      return { state: 'restoring', reason: event.error.message }
    case 'fenced':
      return { state: 'restoring', reason: 'another process has it' }
    case 'stopped':
      return { state: 'stopped', reason: event.error.message }
    case 'closed':
      return {}
  }
}
