/**
 * What a task has to say about a batch, worked out in pieces: what is read and concluded in one is garbage before the next is
 * read. All of a batch at once would live long enough to be moved about by the collector, again and again.
 */

import { DeadLetterLimit } from '../engine/dead-letter-limit.ts'
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

  /** `name` is that of the task, on a partition. */
  constructor(engine: TopologyEngine, partition: number, name: string, to: WriteTo) {
    this.#engine = engine
    this.#partition = partition
    this.#name = name
    this.#to = to
    this.#limit = new DeadLetterLimit(name)
  }

  /** Handles rows, records and timers up to the horizon. Throws where too much of it is dead. */
  handle({ horizon, rows, records }: Merged<Received>): Concluded {
    const packs = new Packs()
    let outputs = 0
    let letters = 0
    const say = (record: Keyed): void => {
      pack(packs, record, this.#name, this.#to)
      outputs += 1
    }
    if (rows.length > 0) this.#engine.advance(rows.map(opened), this.#engine.now)
    for (let from = 0; from < records.length;) {
      const to = endOfPiece(records, from)
      const fit: Keyed[] = []
      for (const each of records.slice(from, to)) {
        const record = opened(each)
        const isLetter = record.topic === 'ci.dead-letters.v1'
        // Every task reads all partitions of a table: one of them tells of what cannot be read.
        if (isLetter && each.partition !== this.#partition) continue
        this.#limit.note(isLetter, isLetter ? (record.record as DeadLetter).reason : '')
        if (isLetter) say(record)
        else fit.push(record)
        letters += isLetter ? 1 : 0
      }
      // What comes late is handled at the time reached.
      const until = Math.max(this.#engine.now, fit.at(-1)?.at ?? 0)
      this.#engine.advance(fit, until).forEach(say)
      from = to
    }
    this.#engine.advance([], horizon).forEach(say)
    return { packs, outputs, letters }
  }
}

/** A piece ends after a whole instant: what is of one instant is put in order together. */
const endOfPiece = (records: readonly Received[], from: number): number => {
  let to = Math.min(records.length, from + PIECE)
  while (to < records.length && records[to]?.at === records[to - 1]?.at) to += 1
  return to
}
