/** What all tasks say of their progress: read whole by each process, newest by task and partition. */

import type { Names } from './names.ts'
import { decodeProgress, NO_PROGRESS, type Progress } from './progress.ts'
import { PartitionReader } from './reader.ts'

type Listener = (writer: string, progress: Progress) => void
const POLL_MS = 200

export class ProgressBoard {
  readonly #reader: PartitionReader
  readonly #newest = new Map<string, Progress>()
  readonly #listeners = new Set<Listener>()
  readonly #names: Names
  #isClosed = false
  #polls = 0
  #failed: Error | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(brokers: readonly string[], names: Names) {
    this.#reader = new PartitionReader(brokers)
    this.#names = names
  }

  async open(): Promise<void> {
    await this.#reader.open([{ topic: this.#names.progress, partition: 0 }], () => 0)
    this.#running = this.#read()
  }

  newest(writer: string): Progress {
    return this.#newest.get(writer) ?? NO_PROGRESS
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
    while (this.#polls < asked || !this.#reader.isAtEnd) {
      if (this.#failed !== undefined) throw this.#failed
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running
    await this.#reader.close()
  }

  async #read(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#reader.poll(POLL_MS, (_, messages) => {
          for (const { key, value } of messages)
            if (key !== null && value !== null) this.#note(key.toString(), decodeProgress(value))
        })
        this.#polls += 1
      } catch (error) {
        this.#failed = error as Error
        return
      }
    }
  }

  #note(writer: string, progress: Progress): void {
    this.#newest.set(writer, progress)
    for (const listener of this.#listeners) listener(writer, progress)
  }
}
