/**
 * What a task has to say about a batch, worked out in pieces: what is read and concluded in one is garbage before the next is
 * read. All of a batch at once would live long enough to be moved about by the collector, again and again.
 */

import { DeadLetterLimit, type PartitionStoppedError } from '../engine/dead-letter-limit.ts'
import type { TopologyEngine } from '../engine/topology.ts'
import type { Keyed } from '../ports.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import type { Merged } from './merge.ts'
import { opened, pack, type Received, type WriteTo } from './messages.ts'
import { Packs } from './packed.ts'

/** So many records make a piece, and those of the same instant as its last. */
const PIECE = 500

export interface Concluded {
  readonly packs: Packs
  /** Pipeline time up to which all was handled, and nothing after it. */
  readonly horizon: number
  /** How many records were handled. */
  readonly records: number
  /** How many records are said, and how many of them are dead letters of what was read. */
  readonly outputs: number
  readonly letters: number
}

export class Pieces {
  readonly #engine: TopologyEngine
  readonly #partition: number
  readonly #name: string
  readonly #to: WriteTo
  readonly #limit: DeadLetterLimit
  /** Letters whose place in time has passed: they are said with the next batch that begins at a time reached. */
  #owed: Keyed[] = []

  /** `name` is that of the task, on a partition. */
  constructor(engine: TopologyEngine, partition: number, name: string, to: WriteTo) {
    this.#engine = engine
    this.#partition = partition
    this.#name = name
    this.#to = to
    this.#limit = new DeadLetterLimit(name)
  }

  /** Why nothing more is to be read, once too much of it is dead. What was concluded before is to be committed: it would be read again else. */
  get stopped(): PartitionStoppedError | undefined {
    return this.#limit.stopped ?? this.#engine.stopped
  }

  /** True where there is something to be said whatever comes. A task that has just begun is at no time yet. */
  get owes(): boolean {
    return this.#owed.length > 0 && this.#engine.now > 0
  }

  /**
   * Looks at what was read and is nobody's who writes there: it tells nothing, but what cannot be read is told of. Told of
   * again where it is read again, after a start, under the same id; no partition is stopped for it.
   */
  stray(read: Received): void {
    this.#owe(opened(read), read.partition)
  }

  #owe(record: Keyed, partition: number): void {
    // Every task reads all partitions of a table: one of them tells of what cannot be read.
    if (record.topic === 'ci.dead-letters.v1' && partition === this.#partition)
      this.#owed.push(record)
  }

  /** Handles rows, records and timers up to the horizon, or up to the instant of the letter that is one too many. */
  handle({ horizon, rows, records }: Merged<Received>): Concluded {
    const packs = new Packs()
    let outputs = 0
    let letters = 0
    const say = (record: Keyed): void => {
      pack(packs, record, this.#name, this.#to)
      outputs += 1
    }
    for (const letter of this.owes ? this.#owed.splice(0) : []) {
      say({ ...letter, at: this.#engine.now })
      letters += 1
    }
    this.#take(rows)
    let to = 0
    while (to < records.length && this.stopped === undefined) {
      const from = to
      const fit: Keyed[] = []
      while (to < records.length && !this.#isPiece(records, from, to)) {
        const each = records[to]
        to += 1
        if (each === undefined) continue
        const record = opened(each)
        const isLetter = record.topic === 'ci.dead-letters.v1'
        // Every task reads all partitions of a table: one of them tells of what cannot be read.
        if (isLetter && each.partition !== this.#partition) continue
        this.#limit.note(isLetter, isLetter ? (record.record as DeadLetter).reason : '')
        if (isLetter) say(record)
        else fit.push(record)
        letters += isLetter ? 1 : 0
      }
      this.#engine.advance(fit, this.#timeOf(records[to - 1])).forEach(say)
    }
    if (this.stopped === undefined) this.#engine.advance([], horizon).forEach(say)
    return { packs, horizon: this.#engine.now, records: to, outputs, letters }
  }

  /** Takes rows of the time already reached. */
  #take(rows: readonly Received[]): void {
    if (rows.length === 0) return
    const records = rows.map(opened)
    for (const [index, record] of records.entries()) this.#owe(record, rows[index]?.partition ?? 0)
    this.#engine.advance(records, this.#engine.now)
  }

  /** True where a piece that begins at `from` ends before `to`: after a whole instant, since what is of one is put in order together. */
  #isPiece(records: readonly Received[], from: number, to: number): boolean {
    const isFull = to - from >= PIECE || this.#limit.stopped !== undefined
    return isFull && this.#timeOf(records[to]) > this.#timeOf(records[to - 1])
  }

  /** What comes late is handled at the time reached. */
  #timeOf(record: Received | undefined): number {
    return Math.max(this.#engine.now, record?.at ?? 0)
  }
}
