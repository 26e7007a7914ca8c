/** The message of a record, as any client would send it. */

import type { WriteTo } from '../../runtime/kafka/messages.ts'
import { partitionOf } from '../../runtime/kafka/partitioner.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS } from '../../schemas/topics.ts'

export const messageOf = (
  { topic, key, at, record }: Keyed,
  from: string,
  { names, partitionsOf }: WriteTo,
) => ({
  topic: names.topic(topic),
  partition: partitionOf(key, partitionsOf(topic)),
  key,
  value: record === null ? null : CODECS[TOPICS[topic].schema].encode(record as never),
  headers: { from, at: String(at) },
})
