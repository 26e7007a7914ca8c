/** The lanes of a process: those it is assigned run, others end; the first that must end the process ends all. */

import type { Lane } from './lanes.ts'
import { runLane, type LaneRun } from './run-lane.ts'
import type { TaskSettings } from './task.ts'

interface Running {
  readonly stop: AbortController
  readonly done: Promise<void>
}

export class LaneSet {
  readonly #settings: TaskSettings
  readonly #options: Omit<LaneRun, 'signal'>
  readonly #running = new Map<number, Running>()
  /** What still closes: a lane that comes back waits for it. */
  readonly #closing = new Map<number, Promise<void>>()
  readonly #failed = Promise.withResolvers<never>()
  #isEnding = false

  constructor(settings: TaskSettings, options: Omit<LaneRun, 'signal'>) {
    this.#settings = settings
    this.#options = options
    this.#failed.promise.catch(() => undefined)
  }

  /** Rejects with what must end the process. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  /** From now on these run and no others. */
  assign(wanted: readonly Lane[]): void {
    if (this.#isEnding) return
    const numbers = new Set(wanted.map(({ number }) => number))
    for (const [number, { stop, done }] of this.#running)
      if (!numbers.has(number)) {
        stop.abort()
        this.#running.delete(number)
        this.#closing.set(number, done)
      }
    for (const lane of wanted) if (!this.#running.has(lane.number)) this.#start(lane)
  }

  /** Lets every task end what it is at, and close. */
  async stop(): Promise<void> {
    this.assign([])
    this.#isEnding = true
    await Promise.all(this.#closing.values())
  }

  #start(lane: Lane): void {
    const stop = new AbortController()
    const before = this.#closing.get(lane.number) ?? Promise.resolve()
    const run = async (): Promise<void> => {
      await before
      await runLane(lane, this.#settings, { ...this.#options, signal: stop.signal })
    }
    const done = run().catch((error: unknown) => {
      this.#failed.reject(error)
    })
    this.#running.set(lane.number, { stop, done })
  }
}
