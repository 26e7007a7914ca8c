/** Processes under test, on the topics of one namespace; and how their end is waited for. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import type { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { taskName } from '../../runtime/kafka/names.ts'
import type { TaskPlan } from '../../runtime/kafka/tasks.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import type { Said } from './task-process.ts'

export interface TaskProcess {
  readonly said: readonly Said[]
  count(kind: Said['kind']): number
  /** The tasks it was last told to be its own. */
  tasks(): readonly string[]
  signal(signal: NodeJS.Signals): void
  /** True once it is gone. */
  hasEnded(): boolean
  /** Sends the signal; resolves when it is gone. */
  end(signal: NodeJS.Signals): Promise<void>
}

const ROOT = join(import.meta.dirname, '../..')

/** A process of the version that lies in `root`. */
export const startProcess = (config: ClusterConfig, root = ROOT): TaskProcess => {
  const file = join(root, 'test/cluster/task-process.ts')
  const child: ChildProcess = spawn(process.execPath, [file, JSON.stringify(config)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const said: Said[] = []
  const counts = new Map<Said['kind'], number>()
  let tasks: readonly string[] = []
  if (child.stdout !== null)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const one = JSON.parse(line) as Said
      counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1)
      if (one.kind === 'assigned') tasks = one.tasks
      if (one.kind !== 'committed') said.push(one)
    })
  return {
    said,
    count: (kind) => counts.get(kind) ?? 0,
    tasks: () => tasks,
    signal: (signal) => child.kill(signal),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    end: async (signal) => {
      child.kill(signal)
      await ended
    },
  }
}

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
  const behind = (): string[] => names.filter((name) => board.newest(name).at < at)
  await until(`tasks are at the end`, () => behind().length === 0, behind)
}

/** Waits until it holds. Rejects past {@link PATIENCE_MS}, with what `details` then gives. */
export const until = async (
  what: string,
  holds: () => boolean,
  details: () => unknown = () => '',
): Promise<void> => {
  const deadline = Date.now() + PATIENCE_MS
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what} ${JSON.stringify(details())}`)
    await wait(20)
  }
}
