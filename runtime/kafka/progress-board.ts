/** What all tasks say of their progress: read whole by each process, newest by task and partition. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import type { Names } from './names.ts'
import { Passing, taskInPassed } from './passing.ts'
import { decodeProgress, NO_PROGRESS, type Progress } from './progress.ts'
import { PartitionReader } from './reader.ts'

type Listener = (writer: string, progress: Progress) => void
const POLL_MS = 200
/** So long it is tried to read on. */
const MOST_FAILING_MS = 60_000
const BACK_OFF_MS = 200

export class ProgressBoard {
  readonly #connection: Connection
  readonly #names: Names
  readonly #committed = new Map<string, Progress>()
  /** Commits, and what was passed since. */
  readonly #newest = new Map<string, Progress>()
  readonly #passing: Passing
  readonly #listeners = new Set<Listener>()
  readonly #failed = Promise.withResolvers<never>()
  #reader: PartitionReader
  #next = 0
  #isClosed = false
  #polls = 0
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
    return this.#newest.get(writer) ?? NO_PROGRESS
  }

  /** The newest that was committed with its state. */
  committed(writer: string): Progress {
    return this.#committed.get(writer) ?? NO_PROGRESS
  }

  /** Says that a writer has nothing to say up to `at`, since its last commit. */
  pass(writer: string, at: number): void {
    this.#passing.say(writer, at)
  }

  /** Tells the listener the newest progress of every writer, then each further one. Returns the way to stop it. */
  listen(listener: Listener): () => void {
    this.#newest.forEach((progress, writer) => {
      listener(writer, progress)
    })
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Waits until all has been read that was there at the call. */
  async caughtUp(): Promise<void> {
    // The poll that is open now may have asked before the call: the one after it has not.
    const asked = this.#polls + 2
    while (this.#polls < asked || !this.#reader.isAtEnd)
      await Promise.race([sleep(5), this.#failed.promise])
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
    await Promise.all([this.#reader.close(), this.#passing.close()])
  }

  async #openReader(): Promise<void> {
    const place = { topic: this.#names.progress, partition: 0 }
    await this.#reader.open([place], () => this.#next)
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
    await this.#reader.poll(POLL_MS, ({ next }, messages) => {
      for (const { key, value } of messages)
        if (key !== null && value !== null) this.#note(key.toString(), value)
      this.#next = next
    })
    this.#polls += 1
  }

  async #reopen(): Promise<void> {
    await sleep(BACK_OFF_MS)
    await this.#reader.close().catch(() => undefined)
    this.#reader = new PartitionReader(this.#connection)
    await this.#openReader()
  }

  #note(key: string, value: Buffer): void {
    const passed = taskInPassed(key)
    const writer = passed ?? key
    const before = this.newest(writer)
    let progress: Progress
    if (passed === undefined) {
      progress = decodeProgress(value)
      this.#committed.set(writer, progress)
    } else progress = { ...before, at: Number(value.toString()) }
    // Who restores a task commits what it had passed already.
    if (progress.at < before.at) progress = { ...progress, at: before.at }
    this.#newest.set(writer, progress)
    for (const listener of this.#listeners) listener(writer, progress)
  }
}
