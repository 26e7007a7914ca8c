/** What all tasks say of their progress, on all partitions of its topic: read whole by each process, newest by task and partition. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { KnownProgress } from './known-progress.ts'
import type { Names } from './names.ts'
import { Passing } from './passing.ts'
import type { Progress } from './progress.ts'
import { PartitionReader, type Position } from './reader.ts'

type Listener = (writer: string, progress: Progress) => void
const POLL_MS = 200
/** So long it is tried to read on. */
const MOST_FAILING_MS = 60_000
const BACK_OFF_MS = 200

export class ProgressBoard {
  readonly #connection: Connection
  readonly #names: Names
  readonly #known = new KnownProgress()
  readonly #passing: Passing
  readonly #listeners = new Set<Listener>()
  readonly #failed = Promise.withResolvers<never>()
  #reader: PartitionReader
  #partitions: readonly Position[] = []
  /** Where each partition is read next. */
  readonly #next = new Map<number, number>()
  #isClosed = false
  #running: Promise<void> = Promise.resolve()

  constructor(connection: Connection, names: Names) {
    this.#connection = connection
    this.#names = names
    this.#reader = new PartitionReader(connection)
    this.#passing = new Passing(connection, names.progress)
    this.#failed.promise.catch(() => undefined)
  }

  async open(): Promise<void> {
    await this.#openReader()
    this.#running = this.#read()
  }

  /** Rejects once it cannot be read any more. */
  get failed(): Promise<never> {
    return this.#failed.promise
  }

  newest(writer: string): Progress {
    return this.#known.newest(writer)
  }

  /** The newest that was committed with its state. */
  committed(writer: string): Progress {
    return this.#known.committed(writer)
  }

  /** Says, where a writer's commits say it, that it has nothing to say up to `at` since the last of them, which reached `since`. */
  pass(writer: string, partition: number, at: number, since: number): void {
    this.#passing.say(writer, { partition, at, since })
  }

  /** Tells the listener the newest progress of every writer, then each further one. Returns the way to stop it. */
  listen(listener: Listener): () => void {
    this.#known.all.forEach((progress, writer) => {
      listener(writer, progress)
    })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Waits until all has been read that was there at the call, of one partition or of all: none waits for open transactions on others. */
  async caughtUp(only?: number): Promise<void> {
    const called = performance.now()
    /** Where each partition ended, by the first answer that was asked for after the call. */
    const ends = new Map<number, number>()
    const isThere = (): boolean => {
      for (const { partition, askedAt, end } of this.#reader.states)
        if (askedAt > called && !ends.has(partition)) ends.set(partition, end)
      return this.#partitions.every(
        ({ partition }) =>
          (only !== undefined && partition !== only) ||
          (this.#next.get(partition) ?? 0) >= (ends.get(partition) ?? Infinity),
      )
    }
    while (!isThere()) await Promise.race([sleep(5), this.#failed.promise])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
    await Promise.all([this.#reader.close(), this.#passing.close()])
  }

  async #openReader(): Promise<void> {
    this.#partitions = await this.#reader.partitionsOf(this.#names.progress)
    await this.#reader.open(this.#partitions, ({ partition }) => this.#next.get(partition) ?? 0)
  }

  async #read(): Promise<void> {
    let failingSince = Infinity
    while (!this.#isClosed)
      try {
        if (failingSince !== Infinity) await this.#reopen()
        await this.#poll()
        failingSince = Infinity
      } catch (error) {
        failingSince = Math.min(failingSince, Date.now())
        if (Date.now() > failingSince + MOST_FAILING_MS) {
          this.#failed.reject(error)
          return
        }
      }
  }

  async #poll(): Promise<void> {
    await this.#reader.pollFirst(POLL_MS, ({ partition, next }, messages) => {
      for (const message of messages) {
        const told = this.#known.note(message)
        if (told !== undefined)
          for (const listener of this.#listeners) listener(told.writer, told.progress)
      }
      this.#next.set(partition, next)
    })
  }

  async #reopen(): Promise<void> {
    await sleep(BACK_OFF_MS)
    await this.#reader.close().catch(() => undefined)
    this.#reader = new PartitionReader(this.#connection)
    await this.#openReader()
  }
}
