/** What a transaction carries, and how it is sent: records in pieces, then what is said of where they lie, offsets of groups beside them. */

import type { Message, Transaction } from 'kafkajs'
import { Packed, SEND_BYTES } from './packed.ts'
import { placeOf, type Offsets } from './progress.ts'

/** A message that names its partition. */
export interface Placed extends Message {
  readonly topic: string
  readonly partition: number
}
/** One message, or several records as one. */
export type Sent = Placed | Packed
export type Place = Pick<Placed, 'topic' | 'partition'>
/** What is committed for one of those who share a writer. */
export interface Commit {
  readonly messages: readonly Sent[]
  /** Said at a place of its own once it is known where the messages lie: offsets after them by place. */
  readonly last?: Place & { readonly say: (written: Offsets) => Pick<Message, 'key' | 'value'> }
  /** Where the group goes on; whoever reads nothing has none. */
  readonly read?: Read
}
interface Read {
  readonly group: string
  readonly offsets: readonly { topic: string; partition: number; offset: number }[]
}
class UnansweredError extends Error {
  override name = 'UnansweredError'
}

/** So much at most goes in one request. */
const REQUEST_BYTES = 8 << 20

/** All of them, or the first error once all have ended: nothing of a transaction may be under way when it is given up. */
export const ended = async <T extends readonly unknown[] | []>(
  all: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> => {
  await Promise.allSettled(all)
  return Promise.all(all)
}

export const sendAll = async (
  transaction: Transaction,
  parts: readonly Commit[],
): Promise<readonly Offsets[]> => {
  const written = await sendPieces(transaction, messagesOf(parts))
  const ofParts = parts.map(({ messages }) => offsetsOf(messages, written))
  const lasts = parts.flatMap(({ last }, index) => {
    if (last === undefined) return []
    const { topic, partition, say } = last
    return [{ topic, partition, ...say(ofParts[index] ?? {}) }]
  })
  await sendPieces(transaction, lasts)
  return ofParts
}
const messagesOf = ([first, ...more]: readonly Commit[]): readonly Sent[] =>
  more.length === 0
    ? (first?.messages ?? [])
    : [first, ...more].flatMap((part) => part?.messages ?? [])

const sendPieces = async (
  transaction: Transaction,
  messages: readonly Sent[],
): Promise<Record<string, number>> => {
  const written: Record<string, number> = {}
  for (const piece of piecesOf(messages)) Object.assign(written, await send(transaction, piece))
  return written
}

/** Of the places of some messages; others may have written there after them in the same transaction. */
const offsetsOf = (messages: readonly Sent[], written: Offsets): Offsets => {
  const own: Record<string, number> = {}
  for (const { topic, partition } of messages) {
    const place = placeOf(topic, partition)
    own[place] = written[place] ?? 0
  }
  return own
}

export const sendOffsets = async (
  transaction: Transaction,
  parts: readonly Commit[],
): Promise<void> => {
  const byGroup = new Map<string, Read['offsets'][number][]>()
  for (const { read } of parts)
    if (read !== undefined)
      byGroup.set(read.group, [...(byGroup.get(read.group) ?? []), ...read.offsets])
  await ended(
    [...byGroup].map(([consumerGroupId, offsets]) =>
      transaction.sendOffsets({ consumerGroupId, topics: byTopic(offsets) }),
    ),
  )
}

/** Sends and checks that the answer names every partition: kafkajs forgets some when a leader moves. Offsets after what was sent by place. */
const send = async (
  transaction: Transaction,
  messages: readonly Sent[],
): Promise<Record<string, number>> => {
  const byTopic = new Map<string, Sent[]>()
  const counts = new Map<string, number>()
  for (const message of messages) {
    const { topic, partition } = message
    const ofTopic = byTopic.get(topic)
    if (ofTopic === undefined) byTopic.set(topic, [message])
    else ofTopic.push(message)
    const place = placeOf(topic, partition)
    counts.set(place, (counts.get(place) ?? 0) + countOf(message))
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

const countOf = (message: Sent): number => (message instanceof Packed ? message.count : 1)

/** Cuts messages so that no piece has too many bytes, of one partition or in all. */
export function* piecesOf(messages: readonly Sent[]): Iterable<readonly Sent[]> {
  let from = 0
  let bytes = new Map<string, number>()
  let total = 0
  for (const [index, message] of messages.entries()) {
    const place = placeOf(message.topic, message.partition)
    const own = sizeOf(message)
    const size = (bytes.get(place) ?? 0) + own
    total += own
    if ((size > SEND_BYTES || total > REQUEST_BYTES) && index > from) {
      yield messages.slice(from, index)
      from = index
      bytes = new Map([[place, own]])
      total = own
    } else bytes.set(place, size)
  }
  if (from < messages.length) yield from === 0 ? messages : messages.slice(from)
}
const sizeOf = (message: Sent): number =>
  message instanceof Packed
    ? message.size
    : (message.key?.length ?? 0) + (message.value?.length ?? 0) + 100

const byTopic = (offsets: Read['offsets']) =>
  [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((each) => each.topic === topic)
      .map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }))
