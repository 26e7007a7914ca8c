/**
 * The embedded log. A topic that is deleted by age is kept as segments, a row for each stretch of a batch; a compacted
 * topic keeps the newest record of each key. Offsets count the records ever written to a topic.
 */

import type { StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { RecordCodec } from '../../schemas/codec.ts'
import type { SchemaName } from '../../schemas/names.ts'
import { TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import type { Keyed, LogReader, LogRecord } from '../ports.ts'
import { packed, unpacked } from './packing.ts'
import { OpenSegment, recordsOf } from './segment.ts'
import { codecsOf, type StoreCodecs } from './store-codecs.ts'
import { explain, undamaged } from './store-error.ts'
import type { EmbeddedStore } from './store.ts'
import type { WriteBehind } from './write-behind.ts'

/** How much of compacted topics lies in memory that has not reached its table. */
const LATEST_BEHIND_BYTES = 16 << 20
const offsetName = (topic: TopicName): string => `end-offset/${topic}`

export class EmbeddedLog implements LogReader {
  /** What records are written and read with here. */
  readonly codecs: StoreCodecs
  readonly #store: EmbeddedStore
  readonly #next = new Map<TopicName, number>()
  readonly #addSegment: StatementSync
  readonly #segments = new Map<TopicName, OpenSegment>()
  /** Topics appended to since they were last written. */
  readonly #touched = new Set<TopicName>()
  /** Newest records of compacted topics, by topic and key. */
  readonly #latest: WriteBehind
  readonly #segmentsFrom: StatementSync
  readonly #latestFrom: StatementSync
  readonly #latestOf: StatementSync

  /** Throws {@link StoreError} where the store's records cannot be read. */
  constructor(store: EmbeddedStore) {
    this.codecs = codecsOf(store)
    const prepare = (sql: string): StatementSync => store.db.prepare(sql)
    this.#store = store
    store.beforeCommit(() => {
      this.#flush()
    })
    store.afterRollback(() => {
      this.#next.clear()
      this.#segments.clear()
      this.#touched.clear()
    })
    this.#addSegment = prepare('INSERT INTO segments VALUES (?, ?, ?, ?, ?)')
    const write = prepare('INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)')
    const drop = prepare('DELETE FROM latest WHERE topic = ? AND key = ?')
    this.#latest = store.writeBehind('latest', LATEST_BEHIND_BYTES, {
      write: (topic, key, _, bytes) => {
        write.run(topic, key, placeIn(bytes).offset, crc32(bytes), bytes)
      },
      remove: (topic, key) => {
        drop.run(topic, key)
      },
    })
    this.#segmentsFrom = prepare(
      `SELECT base, crc, bytes FROM segments WHERE topic = ?1 AND base >= coalesce(
         (SELECT max(base) FROM segments WHERE topic = ?1 AND base <= ?2), 0) ORDER BY base LIMIT 1`,
    )
    this.#latestFrom = prepare(
      'SELECT position, key, crc, bytes FROM latest WHERE topic = ? AND position >= ? ORDER BY position LIMIT 500',
    )
    this.#latestOf = prepare('SELECT crc, bytes FROM latest WHERE topic = ? AND key = ?')
  }

  endOffset(topic: TopicName): number {
    let next = this.#next.get(topic)
    if (next === undefined) {
      next = this.#store.getNumber(offsetName(topic)) ?? 0
      this.#next.set(topic, next)
    }
    return next
  }

  /** Appends records, each topic in the given order; must run inside the store's transaction. */
  append(records: readonly Keyed[]): LogRecord[] {
    const byTopic = new Map<TopicName, LogRecord[]>()
    const numbered = records.map(({ topic, key, at, record, bytes }) => {
      let batch = byTopic.get(topic)
      if (batch === undefined) byTopic.set(topic, (batch = []))
      const offset = this.endOffset(topic) + batch.length
      const logged = { topic, key, at, record, bytes, offset }
      batch.push(logged)
      return logged
    })
    for (const [topic, batch] of byTopic) {
      this.#next.set(topic, this.endOffset(topic) + batch.length)
      if (TOPICS[topic].cleanup === 'compact') this.#compact(batch)
      else this.#segmentOf(topic).append(batch)
      this.#touched.add(topic)
    }
    return numbered
  }

  /** Writes what was appended: before a commit, and before it is read while the transaction is open. */
  #flush(): void {
    for (const topic of this.#touched) {
      this.#segments.get(topic)?.flush()
      this.#store.setNumber(offsetName(topic), this.endOffset(topic))
    }
    this.#touched.clear()
  }

  *read<T extends TopicName>(topic: T, from = 0): Iterable<LogRecord<T>> {
    try {
      this.#flush()
      if (TOPICS[topic].cleanup === 'compact') yield* this.#readLatest(topic, from)
      else yield* this.#readSegments(topic, from)
    } catch (error) {
      throw explain(error, 'the store')
    }
  }

  /** The record at an offset of a topic that is deleted by age; undefined where it is past its retention. */
  at(topic: TopicName, offset: number): LogRecord | undefined {
    for (const record of this.read(topic, offset))
      return record.offset === offset ? record : undefined
    return undefined
  }

  /** The newest record of a key of a compacted topic. */
  newest(topic: TopicName, key: string): LogRecord | undefined {
    this.#catchUp()
    const changed = this.#latest.get(topic, key, '')
    if (changed !== undefined)
      return changed === null ? undefined : this.#recordIn(topic, key, changed)
    const row = this.#latestOf.get(topic, key)
    return row && this.#recordIn(topic, key, undamaged(row, `the record of ${key} in ${topic}`))
  }

  /** Drops what is older than the topic's retention at pipeline time `now`; returns the number of segments dropped. */
  retain(now: number): number {
    const drop = this.#store.db.prepare('DELETE FROM segments WHERE topic = ? AND last_at < ?')
    let dropped = 0
    for (const [topic, { retentionMs }] of Object.entries(TOPICS))
      if (retentionMs !== null) dropped += Number(drop.run(topic, now - retentionMs).changes)
    return dropped
  }

  #segmentOf(topic: TopicName): OpenSegment {
    let segment = this.#segments.get(topic)
    if (segment === undefined) {
      segment = new OpenSegment(this.#codecOf(topic), (base, lastAt, bytes) => {
        const kept = packed(bytes)
        this.#addSegment.run(topic, base, crc32(kept), lastAt, kept)
      })
      this.#segments.set(topic, segment)
    }
    return segment
  }

  #compact(batch: readonly LogRecord[]): void {
    const newest = new Map(batch.map((record) => [record.key, record]))
    for (const record of newest.values())
      this.#latest.put(record.topic, record.key, '', placed(record, this.#codecOf(record.topic)))
  }

  *#readSegments<T extends TopicName>(topic: T, from: number): Iterable<LogRecord<T>> {
    for (let next = from; ;) {
      const row = this.#segmentsFrom.get(topic, next)
      if (row === undefined) return
      const base = row['base'] as number
      const bytes = unpacked(undamaged(row, `segment ${base} of ${topic}`))
      let past = next
      for (const record of recordsOf(topic, this.#codecOf(topic), base, bytes, next)) {
        past = record.offset + 1
        yield record
      }
      if (past === next) return
      next = past
    }
  }

  *#readLatest<T extends TopicName>(topic: T, from: number): Iterable<LogRecord<T>> {
    this.#catchUp()
    // What is not in the table yet is newer than all that is.
    const recent = new Map<string, LogRecord<T> | null>()
    for (const { second: key, bytes } of this.#latest.changes(topic))
      recent.set(key, bytes && this.#recordIn(topic, key, bytes))
    for (let next = from; ;) {
      const rows = this.#latestFrom.all(topic, next)
      for (const row of rows) {
        const key = row['key'] as string
        const bytes = undamaged(row, `the record of ${key} in ${topic}`)
        if (!recent.has(key)) yield this.#recordIn(topic, key, bytes)
      }
      const last = rows.at(-1)
      if (last === undefined) break
      next = (last['position'] as number) + 1
    }
    const rest = [...recent.values()].filter((record) => record !== null)
    for (const record of rest.sort((a, b) => a.offset - b.offset))
      if (record.offset >= from) yield record
  }

  #codecOf(topic: TopicName): RecordCodec<SchemaName> {
    return this.codecs[TOPICS[topic].schema]
  }

  #recordIn<T extends TopicName>(topic: T, key: string, bytes: Uint8Array): LogRecord<T> {
    const record = this.#codecOf(topic).decode(view(bytes).subarray(PLACE_BYTES)) as RecordOf<T>
    return { topic, key, ...placeIn(bytes), record }
  }

  /** A reader beside the process that writes has not seen its changes. */
  #catchUp(): void {
    if (this.#store.isReadOnly) this.#latest.refresh()
  }
}

/** Grows to the largest record. */
let scratch = Buffer.allocUnsafeSlow(1 << 16)

/** A newest record as it is kept: offset f64, time f64, wire bytes. */
const PLACE_BYTES = 16
const placeIn = (bytes: Uint8Array): { offset: number; at: number } => {
  const held = view(bytes)
  return { offset: held.readDoubleLE(0), at: held.readDoubleLE(8) }
}
/** Valid until the next call; null for a tombstone. */
const placed = (
  { offset, at, record }: LogRecord,
  codec: RecordCodec<SchemaName>,
): Uint8Array | null => {
  if (record === null) return null
  let end = codec.encodeInto(record, scratch, PLACE_BYTES)
  while (end < 0) {
    scratch = Buffer.allocUnsafeSlow(2 * scratch.length - end)
    end = codec.encodeInto(record, scratch, PLACE_BYTES)
  }
  scratch.writeDoubleLE(offset, 0)
  scratch.writeDoubleLE(at, 8)
  return scratch.subarray(0, end)
}

const view = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
