/** Records as Kafka messages and back. Headers say who wrote a record (`from`) and its pipeline time (`at`). */

import { CODECS, UndecodableError } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { TOPICS, type RecordOf, type TopicName, type TopicRow } from '../../schemas/topics.ts'
import { keyed } from '../engine/stage.ts'
import type { Keyed } from '../ports.ts'
import type { FetchedMessage } from './client-parts.ts'
import type { Names } from './names.ts'
import { OUTSIDE } from './names.ts'
import { partitionOf } from './partitioner.ts'
import type { Placed } from './transactions.ts'

export interface WriteTo {
  readonly names: Names
  readonly partitionsOf: (topic: TopicName) => number
}

/** The message of a record, on the partition of its key. */
export const toMessage = (
  { topic, key, at, record, bytes }: Keyed,
  from: string,
  { names, partitionsOf }: WriteTo,
): Placed => ({
  topic: names.topic(topic),
  partition: partitionOf(key, partitionsOf(topic)),
  key,
  value: record === null ? null : valueOf(topic, record, bytes),
  headers: { from, at: String(at) },
})

/** Bytes that are there already, unless they were written before a registry gave our schema its id. */
const valueOf = (topic: TopicName, record: RecordOf<TopicName>, bytes?: Buffer): Buffer => {
  const codec = CODECS[TOPICS[topic].schema]
  return bytes?.readUInt32BE(1) === codec.writerId ? bytes : codec.encode(record as never)
}

/** What was read: a record, or the dead letter of bytes that are none; and who wrote it. */
export interface Received {
  readonly writer: string
  readonly record: Keyed
}

/** Records that claim to be observed so long after they were appended are from a clock that is wrong. */
export const MOST_AHEAD_MS = 3_600_000
const MOST_BYTES = 1_000_000
const MOST_PAYLOAD_BYTES = 64 << 10

/** The record in a message of a topic; what can never be handled gives its dead letter. */
export const fromMessage = (
  topic: TopicName,
  partition: number,
  message: FetchedMessage,
): Received => {
  const { key, value, headers, offset } = message
  const writer = headers['from'] ?? OUTSIDE
  const told = Number(headers['at'] ?? Number.NaN)
  // Where nothing fit is told, the time is that of the records before it.
  const toldAt = Number.isSafeInteger(told) ? told : undefined
  try {
    const record = recordIn(topic, value)
    const at = toldAt ?? record?.observedAt ?? 0
    checkTime(at, message)
    return { writer, record: { topic, key: key?.toString() ?? '', at, record } }
  } catch (error) {
    if (!(error instanceof UndecodableError || error instanceof RefusedError)) throw error
    const at = error.reason === 'future-time' ? 0 : (toldAt ?? 0)
    const position = `${topic}/${partition}@${offset}`
    const letter = letterOf({ topic, position, at, payload: value }, error)
    return { writer, record: keyed('ci.dead-letters.v1', letter, at) }
  }
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

const checkTime = (at: number, { timestamp }: FetchedMessage): void => {
  const ahead = at - timestamp
  if (ahead > MOST_AHEAD_MS)
    throw new RefusedError(
      'future-time',
      `observed ${Math.round(ahead / 1000)} s after it was appended: a clock is wrong`,
    )
}

interface Refused {
  readonly topic: TopicName
  readonly position: string
  readonly at: number
  readonly payload: Buffer | null
}
const letterOf = (
  { topic, position, at, payload }: Refused,
  { reason, message }: UndecodableError | RefusedError,
): DeadLetter => ({
  eventId: `${position}/dead`,
  eventAt: at,
  observedAt: at,
  origin: topic,
  position,
  reason,
  detail: message,
  step: 'read',
  payload: payload?.subarray(0, MOST_PAYLOAD_BYTES) ?? Buffer.alloc(0),
})
