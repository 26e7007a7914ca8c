/**
 * The processor contract. A processor is a pure step over keyed state: it sees records, timers and
 * pipeline time, and answers with effects, which are plain data. It cannot tell which runtime drives it.
 *
 * Laws, checked on every processor of the topology by `test/laws`:
 *  - any batch split, any restart point and any duplicate gives the same state and outputs;
 *  - the events of one run in any order end in the same run state, counts and KPIs;
 *  - a state survives its codec.
 */

import type { RecordOf, TopicName } from '../schemas/topics.ts'

/** A record to publish; its topic decides key and schema. */
export interface Emit<T extends TopicName = TopicName> {
  readonly kind: 'emit'
  readonly topic: T
  readonly record: RecordOf<T>
}
/** Deletes a key from a compacted topic (a tombstone). */
export interface Retire {
  readonly kind: 'retire'
  readonly topic: TopicName
  readonly key: string
}
/** Wakes the key at pipeline time `at`. A timer of the same name replaces the earlier one. */
export interface SetTimer {
  readonly kind: 'setTimer'
  readonly timer: string
  readonly at: number
}
export interface ClearTimer {
  readonly kind: 'clearTimer'
  readonly timer: string
}
/** The input was understood and has no further use. Counted by reason. */
export interface Drop {
  readonly kind: 'drop'
  readonly reason: 'duplicate' | 'expired' | 'no-use'
}
/** The input can never succeed. It is kept in the dead letters; too many of them stop the partition. */
export interface Reject {
  readonly kind: 'reject'
  readonly reason: string
  readonly detail: string
}
export type Effect = Emit | Retire | SetTimer | ClearTimer | Drop | Reject

/** What a step is given: one record of an input topic, or one due timer. */
export type Input =
  | { readonly kind: 'record'; readonly topic: TopicName; readonly record: RecordOf<TopicName> }
  | { readonly kind: 'timer'; readonly timer: string; readonly due: number }

/** The named cells of one key. A value that was changed in place must be `put` to be kept. */
export interface Cells {
  get(cell: string): unknown
  put(cell: string, value: unknown): void
  delete(cell: string): void
}

/**
 * A trained model as a pure function: the same features give the same answer, bit for bit. It never throws and never
 * answers with anything but a finite number (docs/adr/0006).
 */
export interface Model {
  readonly version: string
  /** Names of its features, in their order. */
  readonly features: readonly string[]
  /** Where it was fitted on what is replayed: it is asked of nothing that began before this instant (ms), and scored on none. */
  readonly notBefore?: number
  /** What it says of these features. `of` is what they are features of, for who looks on. */
  score(features: Float32Array, of: object): number
}
/** The model, where it may be asked of what began then. */
export const askedOf = (model: Model | undefined, beganAt: number): Model | undefined =>
  model?.notBefore !== undefined && beganAt < model.notBefore ? undefined : model

/** Models by name, as the process loaded them at its start. */
export type Models = Readonly<Record<string, Model>>

/**
 * Broadcast tables, held whole: the newest record of each key that was published before this hour. Models are held likewise,
 * where there are any.
 */
export interface Tables {
  get<T extends TopicName>(topic: T, key: string): RecordOf<T> | undefined
  readonly models?: Models
}

/** Avro schema of each kind of cell. A cell's name is `kind` or `kind/<rest>`; its bytes are at most 64 kB. */
export type CellSchemas = Readonly<Record<string, object>>

export interface Processor {
  readonly name: string
  /** All inputs are keyed alike: a key's state sees only that key's records. */
  readonly inputs: readonly TopicName[]
  readonly broadcasts?: readonly TopicName[]
  readonly outputs: readonly TopicName[]
  readonly cells: CellSchemas
  /**
   * False where a record is of no use whatever the state is: it is counted as dropped, and costs nothing more. Most records
   * tell of progress, and most processors ask for starts and ends.
   */
  readonly wants?: (record: RecordOf<TopicName>, topic: TopicName) => boolean
  /** One input of one key. `now` is pipeline time: the stamp of the record, or the due time of the timer. */
  step(cells: Cells, key: string, input: Input, now: number, tables: Tables): readonly Effect[]
}

export const emit = <T extends TopicName>(topic: T, record: RecordOf<T>): Emit<T> => ({
  kind: 'emit',
  topic,
  record,
})
export const retire = (topic: TopicName, key: string): Retire => ({ kind: 'retire', topic, key })
export const setTimer = (timer: string, at: number): SetTimer => ({ kind: 'setTimer', timer, at })
export const clearTimer = (timer: string): ClearTimer => ({ kind: 'clearTimer', timer })
export const drop = (reason: Drop['reason']): Drop => ({ kind: 'drop', reason })
export const reject = (reason: string, detail: string): Reject => ({
  kind: 'reject',
  reason,
  detail,
})
