/** The tasks of a process: those it is assigned run, others end; the first that must end the process ends all. */

import { taskName } from './names.ts'
import { runTask, type RunOptions } from './run-task.ts'
import type { Assigned } from './task-events.ts'
import type { TaskSettings } from './task.ts'

interface Running {
  readonly stop: AbortController
  readonly done: Promise<void>
}
const nameOf = ({ plan, partition }: Assigned): string => taskName(plan.name, partition)

export class TaskSet {
  readonly #settings: TaskSettings
  readonly #options: Omit<RunOptions, 'signal'>
  readonly #running = new Map<string, Running>()
  /** What still closes: a task that comes back waits for it. */
  readonly #closing = new Map<string, Promise<void>>()
  readonly #failed = Promise.withResolvers<never>()
  #isEnding = false

  constructor(settings: TaskSettings, options: Omit<RunOptions, 'signal'>) {
    this.#settings = settings
    this.#options = options
    this.#failed.promise.catch(() => undefined)
  }

  /** Rejects with what must end the process. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** From now on these run and no others. */
  assign(wanted: readonly Assigned[]): void {
    if (this.#isEnding) return
    const names = new Set(wanted.map(nameOf))
    for (const [name, { stop, done }] of this.#running)
      if (!names.has(name)) {
        stop.abort()
        this.#running.delete(name)
        this.#closing.set(name, done)
      }
    for (const of of wanted) if (!this.#running.has(nameOf(of))) this.#start(of)
  }

  /** Lets every task end what it is at, and close. */
  async stop(): Promise<void> {
    this.assign([])
    this.#isEnding = true
    await Promise.all(this.#closing.values())
  }

  #start(of: Assigned): void {
    const stop = new AbortController()
    const before = this.#closing.get(nameOf(of)) ?? Promise.resolve()
    const run = async (): Promise<void> => {
      await before
      await runTask(of, this.#settings, { ...this.#options, signal: stop.signal })
    }
    const done = run().catch((error: unknown) => {
      this.#failed.reject(error)
    })
    this.#running.set(nameOf(of), { stop, done })
  }
}
