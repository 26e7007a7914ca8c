/**
 * The writer of a lane: what its tasks hand in while one transaction is being ended goes into the next one together. Each of them
 * hears when the one that has its part has ended.
 */

import { setImmediate as turnOfLoop } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import type { Offsets } from './progress.ts'
import type { Commit } from './transaction-parts.ts'
import { TransactionalWriter } from './transactions.ts'

interface HandedIn {
  readonly of: Commit
  readonly ended: PromiseWithResolvers<Offsets>
}

/** What is asked of a writer of transactions. */
type Writer = Pick<TransactionalWriter, 'commitAll' | 'close'>

export class LaneWriter {
  readonly #writer: Writer
  #waiting: HandedIn[] = []
  #running: Promise<void> | undefined
  #failure: Error | undefined

  constructor(writer: Writer) {
    this.#writer = writer
  }

  /** From then on no earlier writer of the lane can commit, and none of its transactions is open. */
  static async open(connection: Connection, transactionalId: string): Promise<LaneWriter> {
    return new LaneWriter(await TransactionalWriter.open(connection, transactionalId))
  }

  /** What went wrong with a transaction. From then on nothing is committed: the writer and all of the lane are to be thrown away. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Resolves to the offsets after what was written, by place. Rejects with {@link failure}. */
  commit(of: Commit): Promise<Offsets> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const ended = Promise.withResolvers<Offsets>()
    this.#waiting.push({ of, ended })
    this.#running ??= this.#commitAll()
    return ended.promise
  }

  async close(): Promise<void> {
    await this.#running
    await this.#writer.close()
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0 && this.#failure === undefined) {
      // Whoever was stirred by the same news hands in too.
      await turnOfLoop()
      const group = this.#waiting
      this.#waiting = []
      try {
        const written = await this.#writer.commitAll(group.map(({ of }) => of))
        group.forEach(({ ended }, index) => {
          ended.resolve(written[index] ?? {})
        })
      } catch (error) {
        this.#fail(error, group)
      }
    }
    this.#running = undefined
  }

  #fail(thrown: unknown, group: readonly HandedIn[]): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    this.#failure = error
    for (const { ended } of [...group, ...this.#waiting.splice(0)]) ended.reject(error)
  }
}
