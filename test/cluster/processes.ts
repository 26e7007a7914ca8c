/** Processes under test, on the topics of one namespace; and how their end is waited for. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { taskName } from '../../runtime/kafka/names.ts'
import type { TaskPlan } from '../../runtime/kafka/tasks.ts'
import type { ProcessOrder } from './task-process.ts'

export interface TaskProcess {
  /** Commits it has made. */
  commits(): number
  /** Ends it at once; resolves when it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>
}

export const startProcess = (order: ProcessOrder): TaskProcess => {
  const file = join(import.meta.dirname, 'task-process.ts')
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=TimeoutNegativeWarning', file, JSON.stringify(order)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'close')
  let commits = 0
  child.stdout?.on('data', (dots: Buffer) => {
    commits += dots.length
  })
  return {
    commits: () => commits,
    kill: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}

const MOST_WAIT_MS = 240_000

/** Waits until every task has handled everything up to `at`. */
export const untilReached = async (
  board: ProgressBoard,
  plans: readonly TaskPlan[],
  partitions: number,
  at: number,
): Promise<void> => {
  const names = plans.flatMap(({ name }) =>
    Array.from({ length: partitions }, (_, partition) => taskName(name, partition)),
  )
  const deadline = Date.now() + MOST_WAIT_MS
  for (;;) {
    const behind = names.filter((name) => board.newest(name).at < at)
    if (behind.length === 0) return
    if (Date.now() > deadline) throw new Error(`not at the end in time: ${behind.join(', ')}`)
    await wait(100)
  }
}
