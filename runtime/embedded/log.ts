/** The embedded log: one row per topic and batch, each a run of records with consecutive offsets. */

import { CODECS, type RecordCodec } from '../../schemas/codec.ts'
import type { SchemaName } from '../../schemas/load.ts'
import { TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import type { Keyed } from '../ports.ts'
import type { EmbeddedStore } from './store.ts'

/** A record as the log holds it. */
export interface LogRecord<T extends TopicName = TopicName> extends Keyed<T> {
  readonly offset: number
}

const codecOf = (topic: TopicName): RecordCodec<SchemaName> => CODECS[TOPICS[topic].schema]

export class EmbeddedLog {
  readonly #store: EmbeddedStore
  readonly #next = new Map<TopicName, number>()

  constructor(store: EmbeddedStore) {
    this.#store = store
  }

  /** Offset the next record of the topic will get. */
  endOffset(topic: TopicName): number {
    let next = this.#next.get(topic)
    if (next === undefined) {
      const row = this.#store.db
        .prepare('SELECT max(base + count) AS next FROM segments WHERE topic = ?')
        .get(topic)
      next = (row?.['next'] as number | null) ?? 0
      this.#next.set(topic, next)
    }
    return next
  }

  /** Appends records in the order given; must run inside the store's transaction. */
  append(records: readonly Keyed[]): void {
    const byTopic = new Map<TopicName, Keyed[]>()
    for (const record of records) {
      const list = byTopic.get(record.topic)
      if (list === undefined) byTopic.set(record.topic, [record])
      else list.push(record)
    }
    const insert = this.#store.db.prepare('INSERT INTO segments VALUES (?, ?, ?, ?, ?)')
    for (const [topic, list] of byTopic) {
      const base = this.endOffset(topic)
      insert.run(topic, base, list.length, list.at(-1)?.at ?? 0, frame(list))
      this.#next.set(topic, base + list.length)
    }
  }

  /** Records of a topic from an offset on, one segment in memory at a time. */
  *read<T extends TopicName>(topic: T, from = 0): Iterable<LogRecord<T>> {
    const next = this.#store.db.prepare(
      'SELECT base, count, bytes FROM segments WHERE topic = ? AND base + count > ? ORDER BY base LIMIT 1',
    )
    for (let at = from; ;) {
      const row = next.get(topic, at) as
        { base: number; count: number; bytes: Uint8Array } | undefined
      if (row === undefined) return
      for (const record of unframe(topic, row.base, row.bytes))
        if (record.offset >= at) yield record
      at = row.base + row.count
    }
  }

  /** Drops segments whose newest record is older than the topic keeps; compacted topics stay whole. */
  retain(now: number): number {
    const drop = this.#store.db.prepare('DELETE FROM segments WHERE topic = ? AND last_at < ?')
    let dropped = 0
    for (const [topic, { retentionMs }] of Object.entries(TOPICS))
      if (retentionMs !== null) dropped += Number(drop.run(topic, now - retentionMs).changes)
    return dropped
  }
}

/** Frame of a record: key length u32, time f64, value length u32, key, value (Confluent wire format). */
const FRAME_BYTES = 16
const frame = (records: readonly Keyed[]): Buffer => {
  const parts: Buffer[] = []
  for (const { topic, key, at, record } of records) {
    const value = codecOf(topic).encode(record)
    const keyBytes = Buffer.from(key)
    const head = Buffer.allocUnsafe(FRAME_BYTES)
    head.writeUInt32LE(keyBytes.length, 0)
    head.writeDoubleLE(at, 4)
    head.writeUInt32LE(value.length, 12)
    parts.push(head, keyBytes, value)
  }
  return Buffer.concat(parts)
}

const unframe = function* <T extends TopicName>(
  topic: T,
  base: number,
  stored: Uint8Array,
): Iterable<LogRecord<T>> {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  const codec = codecOf(topic)
  for (let at = 0, offset = base; at < bytes.length; offset += 1) {
    const keyEnd = at + FRAME_BYTES + bytes.readUInt32LE(at)
    const valueEnd = keyEnd + bytes.readUInt32LE(at + 12)
    yield {
      topic,
      offset,
      key: bytes.toString('utf8', at + FRAME_BYTES, keyEnd),
      at: bytes.readDoubleLE(at + 4),
      record: codec.decode(bytes.subarray(keyEnd, valueEnd)) as RecordOf<T>,
    }
    at = valueEnd
  }
}
