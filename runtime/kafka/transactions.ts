/**
 * Transactions without any retry but one: all partitions join with the first request, which carries no record and is repeated
 * while the last transaction is being ended. After any other error the writer must be thrown away (docs/adr/0005).
 */

import { setTimeout as wait } from 'node:timers/promises'
import type { Message, Producer, Transaction } from 'kafkajs'
import { protocolWord, strictClient } from './client.ts'
import type { Connection } from './connection.ts'
import type { Joins } from './kafkajs-parts.ts'
import { placeOf, type Offsets } from './progress.ts'

/** A message that names its partition. */
export interface Placed extends Message {
  readonly topic: string
  readonly partition: number
}
type Place = Pick<Placed, 'topic' | 'partition'>
export interface Commit {
  readonly messages: readonly Placed[]
  /** Said at a place of its own once it is known where the messages lie: offsets after them by place. */
  readonly last?: Place & { readonly say: (written: Offsets) => Pick<Message, 'key' | 'value'> }
  /** Where the group goes on; whoever reads nothing has none. */
  readonly read?: {
    readonly group: string
    readonly offsets: readonly { topic: string; partition: number; offset: number }[]
  }
}
/** Another process has the same transactional id: this one has lost its partition. */
export class FencedError extends Error {
  override name = 'FencedError'
}
class UnansweredError extends Error {
  override name = 'UnansweredError'
}

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED', 'TRANSACTIONAL_ID_FENCED'])
const CONCURRENT = 'CONCURRENT_TRANSACTIONS'
const CONCURRENT_WAIT_MS = 2
/** A request of one partition stays below the broker's limit for a batch, 1 MB by default. */
const SEND_BYTES = 600_000
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

  /** Writes all of it or, after an error, nothing that is ever seen - or all: then the outcome is unknown. */
  async commit(of: Commit): Promise<Offsets> {
    const transaction = await this.#producer.transaction()
    try {
      await join(transaction, of.last === undefined ? of.messages : [...of.messages, of.last])
      const [written] = await both(sendAll(transaction, of), sendOffsets(transaction, of))
      await transaction.commit()
      return written
    } catch (error) {
      if (!(await isFenced(transaction, error))) throw error
      throw new FencedError('another process has taken over this partition', { cause: error })
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
const join = async (transaction: Transaction, places: readonly Place[]): Promise<void> => {
  const { sendBatch } = transaction as unknown as {
    readonly sendBatch: (batch: { readonly joins: Joins }) => Promise<void>
  }
  const joins = joinsOf(places)
  for (const deadline = Date.now() + TIMEOUT_MS; ;)
    try {
      await sendBatch({ joins })
      return
    } catch (error) {
      if (protocolWord(error) !== CONCURRENT || Date.now() > deadline) throw error
      await wait(CONCURRENT_WAIT_MS)
    }
}
const joinsOf = (places: readonly Place[]): Joins => {
  const byTopic = new Map<string, Set<number>>()
  for (const { topic, partition } of places) {
    const partitions = byTopic.get(topic)
    if (partitions === undefined) byTopic.set(topic, new Set([partition]))
    else partitions.add(partition)
  }
  return [...byTopic].map(([topic, partitions]) => ({
    topic,
    partitions: [...partitions].map((partition) => ({ partition })),
  }))
}

/** Both, or the first error once both have ended: nothing of a transaction may be under way when it is given up. */
const both = async <A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> => {
  await Promise.allSettled([one, other])
  return Promise.all([one, other])
}

const sendAll = async (transaction: Transaction, { messages, last }: Commit): Promise<Offsets> => {
  const written: Record<string, number> = {}
  for (const piece of piecesOf(messages)) Object.assign(written, await send(transaction, piece))
  if (last !== undefined) {
    const { topic, partition, say } = last
    await send(transaction, [{ topic, partition, ...say(written) }])
  }
  return written
}

const sendOffsets = async (transaction: Transaction, { read }: Commit): Promise<void> => {
  if (read === undefined) return
  await transaction.sendOffsets({ consumerGroupId: read.group, topics: byTopic(read.offsets) })
}

/** Sends and checks that the answer names every partition: kafkajs forgets some when a leader moves. Offsets after what was sent by place. */
const send = async (
  transaction: Transaction,
  messages: readonly Placed[],
): Promise<Record<string, number>> => {
  const byTopic = new Map<string, Placed[]>()
  const counts = new Map<string, number>()
  for (const message of messages) {
    const { topic, partition } = message
    const ofTopic = byTopic.get(topic)
    if (ofTopic === undefined) byTopic.set(topic, [message])
    else ofTopic.push(message)
    const place = placeOf(topic, partition)
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  const topicMessages = [...byTopic].map(([topic, ofTopic]) => ({ topic, messages: ofTopic }))
  const answers = await transaction.sendBatch({ acks: -1, topicMessages })
  const written: Record<string, number> = {}
  for (const { topicName, partition, baseOffset } of answers) {
    const place = placeOf(topicName, partition)
    written[place] = Number(baseOffset) + (counts.get(place) ?? 0)
  }
  for (const place of counts.keys())
    if (written[place] === undefined)
      throw new UnansweredError(`nothing was answered about ${place}`)
  return written
}

/** Cuts messages so that no piece has too many bytes for one partition. */
export function* piecesOf(messages: readonly Placed[]): Iterable<readonly Placed[]> {
  let from = 0
  let bytes = new Map<string, number>()
  for (const [index, message] of messages.entries()) {
    const place = placeOf(message.topic, message.partition)
    const size = (bytes.get(place) ?? 0) + sizeOf(message)
    if (size > SEND_BYTES && index > from) {
      yield messages.slice(from, index)
      from = index
      bytes = new Map([[place, sizeOf(message)]])
    } else bytes.set(place, size)
  }
  if (from < messages.length) yield from === 0 ? messages : messages.slice(from)
}
const sizeOf = ({ key, value }: Message): number => (key?.length ?? 0) + (value?.length ?? 0) + 100

const byTopic = (offsets: NonNullable<Commit['read']>['offsets']) =>
  [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((each) => each.topic === topic)
      .map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }))
