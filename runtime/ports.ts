/** Ports of the runtime: what an adapter (embedded, Kafka, Redis) must offer. */

import type { RecordOf, TopicName } from '../schemas/topics.ts'

/** A decoded record on its way through the topology. `at` is pipeline time in milliseconds. */
export interface Keyed<T extends TopicName = TopicName> {
  readonly topic: T
  readonly key: string
  readonly at: number
  readonly record: RecordOf<T>
}

/** Durable keyed state: cells and timers of every stage, as bytes. */
export interface StateStore {
  loadCell(stage: string, key: string, cell: string): Uint8Array | undefined
  /** `null` deletes. */
  saveCell(stage: string, key: string, cell: string, bytes: Uint8Array | null): void
  loadTimers(stage: string): Iterable<StoredTimer>
  /** `null` clears. */
  saveTimer(stage: string, key: string, timer: string, due: number | null): void
}
export interface StoredTimer {
  readonly key: string
  readonly timer: string
  readonly due: number
}

/** One write to a read model; `null` deletes. `sort` orders the rows of a view. */
export interface ViewWrite {
  readonly view: string
  readonly key: string
  readonly sort: number
  readonly value: object | null
}
export interface ViewRow {
  readonly key: string
  readonly sort: number
  readonly value: object
}
/** Read models, asked by the API. */
export interface ViewStore {
  get(view: string, key: string): object | undefined
  /** Rows by falling `sort`, then key; `prefix` limits to keys that begin so. */
  list(view: string, options: { prefix?: string; limit: number; after?: ViewCursor }): ViewRow[]
}
export interface ViewCursor {
  readonly sort: number
  readonly key: string
}
