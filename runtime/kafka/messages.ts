/** Records as Kafka messages and back. Headers say who wrote a record (`from`) and its pipeline time (`at`). */

import { CODECS, UndecodableError } from '../../schemas/codec.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
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
  value: record === null ? null : (bytes ?? CODECS[TOPICS[topic].schema].encode(record as never)),
  headers: { from, at: String(at) },
})

/** What was read: a record, or the dead letter of bytes that are none; and who wrote it. */
export interface Received {
  readonly writer: string
  readonly record: Keyed
}

/** The record in a message of a topic; bytes that cannot be decoded give their dead letter. */
export const fromMessage = (
  topic: TopicName,
  partition: number,
  message: FetchedMessage,
): Received => {
  const { key, value, headers, offset } = message
  const writer = headers?.['from']?.toString() ?? OUTSIDE
  const told = Number(headers?.['at']?.toString() ?? Number.NaN)
  try {
    const record = value && (CODECS[TOPICS[topic].schema].decode(value) as RecordOf<TopicName>)
    const at = Number.isSafeInteger(told) ? told : (record?.observedAt ?? 0)
    return { writer, record: { topic, key: key?.toString() ?? '', at, record } }
  } catch (error) {
    if (!(error instanceof UndecodableError)) throw error
    const at = Number.isSafeInteger(told) ? told : 0
    const position = `${topic}/${partition}@${offset}`
    return {
      writer,
      record: keyed('ci.dead-letters.v1', letterOf(topic, position, at, error, value), at),
    }
  }
}

const letterOf = (
  topic: TopicName,
  position: string,
  at: number,
  { reason, message }: UndecodableError,
  payload: Buffer | null,
): DeadLetter => ({
  eventId: `${position}/dead`,
  eventAt: at,
  observedAt: at,
  origin: topic,
  position,
  reason,
  detail: message,
  step: 'read',
  payload: payload ?? Buffer.alloc(0),
})
