/** Records as Kafka messages and back. Headers say who wrote a record (`from`) and its pipeline time (`at`). */

import { CODECS, UndecodableError } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { TOPICS, type RecordOf, type TopicName, type TopicRow } from '../../schemas/topics.ts'
import { keyed } from '../engine/stage.ts'
import type { Keyed } from '../ports.ts'
import type { FetchedMessage } from './client-parts.ts'
import type { Names } from './names.ts'
import { OUTSIDE } from './names.ts'
import type { Packs } from './packed.ts'
import { partitionOf } from './partitioner.ts'

export interface WriteTo {
  readonly names: Names
  readonly partitionsOf: (topic: TopicName) => number
}

/** Adds a record to what is said, on the partition of its key. */
export const pack = (
  packs: Packs,
  { topic, key, at, record, bytes }: Keyed,
  from: string,
  { names, partitionsOf }: WriteTo,
): void => {
  packs.add(names.topic(topic), partitionOf(key, partitionsOf(topic)), (out) => {
    out.sized(key)
    const codec = CODECS[TOPICS[topic].schema]
    if (record === null) out.sized(null)
    // Bytes that are there already, unless they were written before a registry gave our schema its id.
    else if (bytes?.readUInt32BE(1) === codec.writerId) out.sized(bytes)
    else out.encoded<never>(codec, record as never)
    out.number(2)
    out.sized('from')
    out.sized(from)
    out.sized('at')
    out.sized(String(at))
  })
}

/** A message by its writer and its time; the record is {@link opened} when its turn comes: till then bytes take less than what is in them. */
export interface Received {
  readonly writer: string
  readonly topic: TopicName
  readonly partition: number
  /** Its place in pipeline time. */
  readonly at: number
  readonly message: FetchedMessage
  /** The record, where it had to be read for its time. */
  readonly record: Keyed | null
}

/** Records that claim to be observed so long after they were appended are from a clock that is wrong. */
export const MOST_AHEAD_MS = 3_600_000
const MOST_BYTES = 1_000_000
const MOST_PAYLOAD_BYTES = 64 << 10

/** The record in a message of a topic and who wrote it; what can never be handled gives its dead letter. */
export const fromMessage = (
  topic: TopicName,
  partition: number,
  message: FetchedMessage,
): { readonly writer: string; readonly record: Keyed } => {
  const read = received(topic, partition, message)
  return { writer: read.writer, record: opened(read) }
}

/** When and by whom a message was written. Its record is read only where that is not told, or told wrongly. */
export const received = (
  topic: TopicName,
  partition: number,
  message: FetchedMessage,
): Received => {
  const { from: writer = OUTSIDE, at: said } = message.headers
  const told = toldIn(said)
  const isTold = told !== undefined && !isAhead(told, message)
  const of = { writer, topic, partition, at: isTold ? told : 0, message, record: null }
  if (isTold) return of
  // Where nothing fit is told, the time is that of the record, or else that of the records before it.
  const read = opened(of)
  const at = told ?? read.record?.observedAt ?? 0
  const record = isAhead(at, message) ? letterOf(of, 0, aheadError(at, message)) : { ...read, at }
  return { ...of, at: record.at, record }
}

/** The record of a message, or its dead letter. */
export const opened = (of: Received): Keyed => {
  const { topic, at, message, record } = of
  if (record !== null) return record.at === at ? record : { ...record, at }
  try {
    return { topic, key: message.key?.toString() ?? '', at, record: recordIn(topic, message.value) }
  } catch (error) {
    if (!(error instanceof UndecodableError || error instanceof RefusedError)) throw error
    return letterOf(of, toldIn(message.headers['at']) ?? 0, error)
  }
}

/** The time in a header; undefined where there is none that is fit. */
const toldIn = (said: string | undefined): number | undefined => {
  const told = Number(said ?? Number.NaN)
  return Number.isSafeInteger(told) ? told : undefined
}

/** A message that could be decoded, or need not be, and is refused all the same. */
class RefusedError extends Error {
  override name = 'RefusedError'
  readonly reason: 'null-value' | 'too-large' | 'future-time'
  constructor(reason: RefusedError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

const recordIn = (topic: TopicName, value: Buffer | null): RecordOf<TopicName> | null => {
  const { schema, retentionMs } = TOPICS[topic] as TopicRow
  if (value === null) {
    if (retentionMs === null) return null
    throw new RefusedError('null-value', `${topic} is not compacted: nothing can be deleted there`)
  }
  if (value.length > MOST_BYTES)
    throw new RefusedError('too-large', `${value.length} bytes, at most ${MOST_BYTES} are taken`)
  return CODECS[schema].decode(value)
}

const isAhead = (at: number, { timestamp }: FetchedMessage): boolean =>
  at - timestamp > MOST_AHEAD_MS
const aheadError = (at: number, { timestamp }: FetchedMessage): RefusedError =>
  new RefusedError(
    'future-time',
    `observed ${Math.round((at - timestamp) / 1000)} s after it was appended: a clock is wrong`,
  )

const letterOf = (
  { topic, partition, at, message: { offset, value } }: Received,
  told: number,
  { reason, message }: UndecodableError | RefusedError,
): Keyed => {
  const position = `${topic}/${partition}@${offset}`
  const letter: DeadLetter = {
    eventId: `${position}/dead`,
    eventAt: told,
    observedAt: told,
    origin: topic,
    position,
    reason,
    detail: message,
    step: 'read',
    payload: value?.subarray(0, MOST_PAYLOAD_BYTES) ?? Buffer.alloc(0),
  }
  return keyed('ci.dead-letters.v1', letter, at)
}
