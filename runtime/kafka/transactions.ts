/**
 * Transactions without any retry but one: all partitions join with the first request, which carries no record and is repeated
 * while the last transaction is being ended. After any other error the writer must be thrown away (docs/adr/0005).
 */

import { setTimeout as wait } from 'node:timers/promises'
import type { Producer, Transaction } from 'kafkajs'
import { protocolWord, strictClient } from './client.ts'
import type { Connection } from './connection.ts'
import type { Joins } from './kafkajs-parts.ts'
import type { Offsets } from './progress.ts'
import { ended, sendAll, sendOffsets, type Commit, type Place } from './transaction-parts.ts'

/** Another process has the same transactional id: this one has lost what it wrote for. */
export class FencedError extends Error {
  override name = 'FencedError'
}

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'TRANSACTIONAL_ID_FENCED'])
const CONCURRENT = 'CONCURRENT_TRANSACTIONS'
const CONCURRENT_WAIT_MS = 2
const TIMEOUT_MS = 20_000
/** How long the first transaction of an id may have to wait for its coordinator. */
const FENCE_TRIES = 400

export class TransactionalWriter {
  readonly #producer: Producer

  private constructor(producer: Producer) {
    this.#producer = producer
  }

  /** Connects; from then on no earlier writer of this id can commit, and none of its transactions is open. */
  static async open(connection: Connection, transactionalId: string): Promise<TransactionalWriter> {
    for (let tries = 1; ; tries += 1)
      try {
        return await TransactionalWriter.#openOnce(connection, transactionalId)
      } catch (error) {
        // The broker that was asked may be down: the next client asks another one.
        if (tries >= connection.brokers.length) throw error
      }
  }

  static async #openOnce(
    connection: Connection,
    transactionalId: string,
  ): Promise<TransactionalWriter> {
    const producer = strictClient(connection).producer({
      transactionalId,
      idempotent: false, // it is, with a transactional id; but `true` would forbid to have no retries
      transactionTimeout: TIMEOUT_MS,
    })
    try {
      await producer.connect()
      await fence(producer)
    } catch (error) {
      await producer.disconnect()
      throw error
    }
    return new TransactionalWriter(producer)
  }

  /** As {@link commitAll}, of one part. */
  async commit(of: Commit): Promise<Offsets> {
    const [written = {}] = await this.commitAll([of])
    return written
  }

  /**
   * Writes all of it or, after an error, nothing that is ever seen - or all: then the outcome is unknown. Resolves to the offsets after what was
   * written of each part, by place.
   */
  async commitAll(parts: readonly Commit[]): Promise<readonly Offsets[]> {
    const transaction = await this.#producer.transaction()
    try {
      await join(transaction, parts)
      const [written] = await ended([sendAll(transaction, parts), sendOffsets(transaction, parts)])
      await transaction.commit()
      return written
    } catch (error) {
      if (!(await isFenced(transaction, error))) throw error
      throw new FencedError('another process has taken over', { cause: error })
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }
}

/** kafkajs fences when a transaction begins; this one ends before anything is in it. */
const fence = async (producer: Producer): Promise<void> => {
  for (let tries = 1; ; tries += 1)
    try {
      const empty = await producer.transaction()
      await empty.abort()
      return
    } catch (error) {
      if (tries === FENCE_TRIES) throw error
      await wait(protocolWord(error) === CONCURRENT ? CONCURRENT_WAIT_MS : 50)
    }
}

/** A transaction that is ended by somebody else is ended because its writer has been replaced, or was too slow. */
const isLost = (error: unknown): boolean => {
  const word = protocolWord(error) ?? ''
  return FENCED.has(word) || word === CONCURRENT
}

/**
 * Opening a writer again would fence whoever has replaced this one: so after any other error the coordinator is asked,
 * by ending the transaction, unless its end is what failed.
 */
const isFenced = async (transaction: Transaction, error: unknown): Promise<boolean> => {
  if (isLost(error)) return true
  if (!transaction.isActive()) return false
  return transaction.abort().then(() => false, isLost)
}

/** Nothing is written by it, so it is repeated without harm. */
const join = async (transaction: Transaction, parts: readonly Commit[]): Promise<void> => {
  const { sendBatch } = transaction as unknown as {
    readonly sendBatch: (batch: { readonly joins: Joins }) => Promise<void>
  }
  const joins = joinsOf(parts)
  for (const deadline = Date.now() + TIMEOUT_MS; ;)
    try {
      await sendBatch({ joins })
      return
    } catch (error) {
      if (protocolWord(error) !== CONCURRENT || Date.now() > deadline) throw error
      await wait(CONCURRENT_WAIT_MS)
    }
}
const joinsOf = (parts: readonly Commit[]): Joins => {
  const byTopic = new Map<string, Set<number>>()
  const add = ({ topic, partition }: Place): void => {
    const partitions = byTopic.get(topic)
    if (partitions === undefined) byTopic.set(topic, new Set([partition]))
    else partitions.add(partition)
  }
  for (const { messages, last } of parts) {
    for (const message of messages) add(message)
    if (last !== undefined) add(last)
  }
  return [...byTopic].map(([topic, partitions]) => ({
    topic,
    partitions: [...partitions].map((partition) => ({ partition })),
  }))
}
