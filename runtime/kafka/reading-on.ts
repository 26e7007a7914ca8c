/**
 * Reads on while what was read is handled: the next records come while a commit is awaited, and where nothing comes one
 * request waits long at the broker instead of many short ones.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { RegistryDownError } from '../registry.ts'
import type { OnRead, PartitionReader, PollOptions } from './reader.ts'

export interface ReadingOptions extends PollOptions {
  readonly onRead: OnRead
}

/** So long a request waits at the broker where nothing comes. */
const IDLE_MS = 5_000
/** The same where something is paused: it is asked for again after it. */
const POLL_MS = 500
const PAUSED_MS = 250
/**
 * Not more often is anything asked for. A request costs the broker and us much the same whatever it brings, and what comes meanwhile is waited for
 * by the commit that is under way anyhow: with twelve tasks at 5,000 records a second all of it is there sooner than where each record was an answer.
 */
const EVERY_MS = 20
/** So long later it is looked whether there is room again. */
const FULL_MS = 20

/** What is asked of a reader. */
type Reader = Pick<PartitionReader, 'pollFirst' | 'states' | 'isAtEnd' | 'close'>

export class ReadingOn {
  readonly #reader: Reader
  readonly #options: ReadingOptions
  readonly #running: Promise<void>
  #isClosed = false
  #askedAt = -Infinity
  #paused: string | null = null
  #failure: { readonly error: unknown } | undefined
  #stirred = Promise.withResolvers<undefined>()

  /** Begins to read; the reader is closed with it. */
  constructor(reader: Reader, options: ReadingOptions) {
    this.#reader = reader
    this.#options = options
    this.#running = this.#readOn()
  }

  /** Why it reads nothing for now; null where it does. */
  get paused(): string | null {
    return this.#paused
  }

  /** True where all that was there at the last answers has been read. */
  get isAtEnd(): boolean {
    return this.#reader.isAtEnd
  }

  /** Ends the wait for news. */
  stir(): void {
    this.#stirred.resolve(undefined)
  }

  /** Resolves when something was read or stirred since the last call, after `waitMs` at the latest. Throws what ended reading. */
  async news(waitMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.stir()
    }, waitMs)
    await this.#stirred.promise
    clearTimeout(timer)
    this.#stirred = Promise.withResolvers()
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#reader.close()
    await this.#running
    // What was asked meanwhile may have connected again: the process would not end.
    await this.#reader.close()
  }

  async #readOn(): Promise<void> {
    while (!this.#isClosed && this.#failure === undefined)
      try {
        await this.#poll()
      } catch (error) {
        this.#failure = { error }
        this.stir()
      }
  }

  async #poll(): Promise<void> {
    const { onRead, isPaused = () => false, prepare } = this.#options
    const paused = this.#reader.states.filter(isPaused).length
    if (paused === this.#reader.states.length) {
      await sleep(FULL_MS)
      return
    }
    const waitMs = paused === 0 ? IDLE_MS : POLL_MS
    const take: OnRead = (state, messages) => {
      onRead(state, messages)
      this.stir()
    }
    const early = this.#askedAt + EVERY_MS - performance.now()
    if (early > 0) await sleep(early)
    this.#askedAt = performance.now()
    try {
      await this.#reader.pollFirst(waitMs, take, { isPaused, ...(prepare && { prepare }) })
      this.#paused = null
    } catch (error) {
      if (!(error instanceof RegistryDownError)) throw error
      this.#paused = error.message
      this.stir()
      await sleep(PAUSED_MS)
    }
  }
}
