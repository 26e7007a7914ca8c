/** What each task of a process is at, as its events tell it. */

import { taskName } from './names.ts'
import type { TaskEvent } from './task-events.ts'

interface TaskState {
  /** Task and partition, as `runs/2`. */
  readonly task: string
  readonly state: 'restoring' | 'running' | 'paused' | 'stopped'
  /** Pipeline time it has reached here; null before. */
  readonly at: number | null
  /** What it was last restored for, or is paused or stopped for. */
  readonly reason: string | null
}
export interface ProcessStatus {
  /** True where this process is a member of its group and each of its tasks goes on; one that has none is there to take over. */
  readonly isReady: boolean
  /** Why it is not, in words. */
  readonly reasons: readonly string[]
  readonly tasks: readonly TaskState[]
}
export interface TaskStates {
  /** What is this process's now; null while it cannot be sure to be a member. */
  assigned(tasks: readonly string[] | null): void
  note(event: TaskEvent): void
  status(): ProcessStatus
}

export const createTaskStates = (): TaskStates => {
  const states = new Map<string, TaskState>()
  let isMember = false
  return {
    assigned: (mine) => {
      isMember = mine !== null
      const tasks = mine ?? []
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
    status: () => statusOf(isMember, [...states.values()]),
  }
}

const statusOf = (isMember: boolean, tasks: readonly TaskState[]): ProcessStatus => {
  const reasons = [
    ...(isMember ? [] : ['not a member of the group']),
    ...tasks
      .filter(({ state }) => state !== 'running')
      .map(
        ({ task, state, reason }) => `${task} is ${state}${reason === null ? '' : `: ${reason}`}`,
      ),
  ]
  return { isReady: reasons.length === 0, reasons, tasks }
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
