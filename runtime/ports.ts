/** Ports of the runtime: what an adapter (embedded, Kafka, Redis) must offer, and what producers hand in. */

import type { RecordOf, TopicName } from '../schemas/topics.ts'

/** A record on its way through the topology; null is a tombstone. `at` is pipeline time in milliseconds. */
export interface Keyed<T extends TopicName = TopicName> {
  readonly topic: T
  readonly key: string
  readonly at: number
  readonly record: RecordOf<T> | null
  /** Its wire bytes, where they are known already. */
  readonly bytes?: Buffer | undefined
}
/** A record as the log holds it. */
export interface LogRecord<T extends TopicName = TopicName> extends Keyed<T> {
  readonly offset: number
  /** Partition of the topic; missing means 0, the only one of an embedded log. */
  readonly partition?: number
}

/** A record a producer offers to the log; its `observedAt` is its place in pipeline time. */
export interface Offer<T extends TopicName = TopicName> {
  readonly topic: T
  readonly record: RecordOf<T>
  /** Its wire bytes, where the producer has them. */
  readonly bytes?: Buffer | undefined
}
/** Offers in order of `observedAt`. Records of one instant always lie in one batch. */
export interface OfferBatch {
  readonly offers: readonly Offer[]
  /** Where to go on after this batch has been acknowledged: a count that the producer understands. */
  readonly cursor: number
}
/** A producer of a finite or endless stream; `from` is the cursor of the last acknowledged batch, 0 at first. */
export interface OfferSource {
  readonly name: string
  batches(from: number, signal: AbortSignal): AsyncIterable<OfferBatch>
}

/** A value now, or later where it is somewhere else: `await` takes both. */
export type Awaitable<T> = T | Promise<T>

/** What takes offers: an embedded runtime, or a log that others process. */
export interface Fed {
  /** Pipeline time up to which everything has been offered. */
  readonly now: number
  /** Where a producer stopped, or 0 where it never ran. */
  cursor(source: string): number
  /** Takes offers and lets time go on to `horizon`; an offer observed before that of an earlier call comes just after it. */
  commit(offers: readonly Offer[], horizon: number, cursor?: Cursor): Awaitable<void>
  /** As `commit`, for what can be offered again: it lasts with one of the next commits. */
  take(offers: readonly Offer[], horizon: number, cursor?: Cursor): Awaitable<void>
}
/** Where a producer goes on. */
export interface Cursor {
  readonly source: string
  readonly at: number
}

/** What commands and sinks read of an embedded log. */
export interface LogReader {
  /** Records from an offset on, in order; compacted topics give the newest record of each key. */
  read<T extends TopicName>(topic: T, from?: number): Iterable<LogRecord<T>>
  /** Offset the next record of the topic will get. */
  endOffset(topic: TopicName): number
}

/** What the API reads of a log of any number of partitions. Positions are the offsets of next records, by partition. */
export interface PartitionedLog {
  /** True where each commit takes an offset of every partition that it writes to: offsets count more than records there. */
  readonly hasCommitMarks?: boolean
  /** Where the topic ends, as far as is known. */
  ends(topic: TopicName): readonly number[]
  /** Resolves when what was published at the call is known; missing where that is always so. */
  caughtUp?(): Promise<void>
  /** The first records kept. */
  begins(topic: TopicName): Awaitable<readonly number[]>
  /** Records from a position on to the end, in order within each partition; compacted topics give the newest of each key. */
  read<T extends TopicName>(
    topic: T,
    from: readonly number[],
  ): Iterable<LogRecord<T>> | AsyncIterable<LogRecord<T>>
}

/** What a partition of a topic holds: the first offset that is kept, and that of the next record. */
export interface Bounds {
  readonly begin: number
  readonly end: number
}
/** What is read by who goes on from the offsets where it stopped: a partition at a time, to where that ends. */
export interface ResumableLog {
  /** By partition. */
  bounds(topic: TopicName): readonly Bounds[]
  /** Records of a partition from an offset on, in order; what is no record is passed over. */
  read<T extends TopicName>(
    topic: T,
    partition: number,
    from: number,
  ): Iterable<LogRecord<T>> | AsyncIterable<LogRecord<T>>
}

/** Durable keyed state: cells and timers of every stage, as bytes. */
export interface StateStore {
  loadCell(stage: string, key: string, cell: string): Uint8Array | undefined
  /** `null` deletes. */
  saveCell(stage: string, key: string, cell: string, bytes: Uint8Array | null): void
  /** The next `limit` timers of a stage due after `after`, and the time up to which that is all (Infinity: the end). */
  loadTimers(
    stage: string,
    after: number,
    limit: number,
  ): { readonly timers: Iterable<StoredTimer>; readonly until: number }
  /** Timers that `loadTimers` leaves out, as they were set lately; and whether one is or was among them. */
  recentTimers(stage: string): Iterable<StoredTimer>
  isRecentTimer(stage: string, key: string, timer: string): boolean
  /** A time before which none is due that `loadTimers` would give after `after`; Infinity where there is none. */
  nextTimer(stage: string, after: number): number
  /** `null` clears. */
  saveTimer(stage: string, key: string, timer: string, due: number | null): void
}
export interface StoredTimer {
  readonly key: string
  readonly timer: string
  readonly due: number
}

/**
 * One write to a read model; `null` deletes. `sort` orders the rows of a view, null where they are asked for by key
 * only and never listed or counted; `at` says which write is newer.
 */
export interface ViewWrite {
  readonly view: string
  readonly key: string
  readonly sort: number | null
  readonly at: number
  readonly value: object | null
}
/** Turns a published record into writes of read models: a pure function, so that its values can be made again. */
export type ToViews = (record: Keyed) => readonly ViewWrite[]
export interface ViewRow {
  readonly key: string
  readonly sort: number
  /** The value as JSON text, ready to be sent. */
  readonly json: string
}
export interface ViewCursor {
  readonly sort: number
  readonly key: string
}
/** Read models, asked by the API. */
export interface ViewStore {
  /** The value as JSON text. */
  get(view: string, key: string): Awaitable<string | undefined>
  /** The values of one key in several views, read at once. */
  getAll(views: readonly string[], key: string): Awaitable<(string | undefined)[]>
  /** Rows by falling `sort`, then key, after the cursor. */
  list(view: string, options: { limit: number; after?: ViewCursor }): Awaitable<ViewRow[]>
  count(view: string): Awaitable<number>
}
