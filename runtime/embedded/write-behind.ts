/**
 * A table that is written behind. What a commit changes is appended in one piece, as a row of `changes`, and reaches the
 * table itself only when that row has become one of the oldest. So a value that changes often costs its own bytes in
 * order, not a page in its place.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import {
  frameAt,
  frameSize,
  putFrame,
  thirdOf,
  valueAt,
  type Frame,
  type Name,
} from './change-frames.ts'
import { Places } from './places.ts'
import { undamaged } from './store-error.ts'

/** The table behind; its rows have names of three parts. */
export interface TableBehind {
  write(first: string, second: string, third: string, bytes: Uint8Array): void
  remove(first: string, second: string, third: string): void
}
/** A change that has not reached the table yet; null bytes: deleted. */
export interface Change {
  readonly second: string
  readonly third: string
  readonly bytes: Uint8Array | null
}

/** The changes of one commit, or a piece of them. */
interface Row {
  readonly seq: number
  bytes: Buffer
  /** How many of its changes are still the newest of their name. */
  live: number
  /** How far it has been brought to the table, and the change before that. */
  drained: number
  lastDrained: Name | undefined
}

/** While too much is held a commit brings so many times what it changes to the table, and a small one so much. */
const DRAINED_SHARE = 1.5
const LEAST_DRAINED_BYTES = 64 << 10
/**
 * A commit that changes more makes several rows. Pieces of one size leave no holes in memory as they come and go, as large
 * ones of all sizes do.
 */
const ROW_BYTES = 1 << 20
const EMPTY = Buffer.alloc(0)
const rowOf = (seq: number): Row => ({
  seq,
  bytes: EMPTY,
  live: 0,
  drained: 0,
  lastDrained: undefined,
})

export class WriteBehind {
  readonly #name: string
  readonly #table: TableBehind
  readonly #limitBytes: number
  readonly #add: StatementSync
  readonly #drop: StatementSync
  readonly #after: StatementSync
  readonly #oldest: StatementSync
  #places = new Places((seq) => this.#bytesOf(seq))
  /** Rows on disk by number, oldest first; what the next one will hold is in `#scratch`. */
  readonly #rows = new Map<number, Row>()
  #heldBytes = 0
  /** Bytes of rows since the last commit. */
  #written = 0
  #isDraining = false
  #open: Row
  #scratch = Buffer.allocUnsafeSlow(1 << 16)
  #end = 0
  #lastName: Name | undefined

  /** Reads the changes that have not reached the table. Beyond `limitBytes` of them the oldest are written to it. */
  constructor(db: DatabaseSync, name: string, table: TableBehind, limitBytes: number) {
    this.#name = name
    this.#table = table
    this.#limitBytes = limitBytes
    this.#add = db.prepare('INSERT INTO changes VALUES (?, ?, ?, ?)')
    this.#drop = db.prepare('DELETE FROM changes WHERE name = ? AND seq <= ?')
    this.#after = db.prepare(
      'SELECT seq, crc, bytes FROM changes WHERE name = ? AND seq > ? ORDER BY seq',
    )
    this.#oldest = db.prepare('SELECT min(seq) seq FROM changes WHERE name = ?')
    this.#open = rowOf(1)
    this.refresh()
  }

  /** Takes over what another process has written since; for those that only read. */
  refresh(): void {
    for (const row of this.#after.all(this.#name, this.#open.seq - 1)) this.#take(row)
    const oldest = this.#oldest.get(this.#name)?.['seq'] as number | null
    for (const row of this.#rows.values()) {
      if (row.seq >= (oldest ?? Infinity)) break
      this.#drain(row)
    }
  }

  /** Forgets all but what is on disk. */
  reload(): void {
    this.#places = new Places((seq) => this.#bytesOf(seq))
    this.#rows.clear()
    this.#heldBytes = 0
    this.#written = 0
    this.#end = 0
    this.#lastName = undefined
    this.#open = rowOf(1)
    this.refresh()
  }

  /** Changes a value; null deletes it. The bytes are copied. */
  put(first: string, second: string, third: string, bytes: Uint8Array | null): void {
    const size = frameSize(first, second, third, bytes)
    while (this.#end + size > this.#scratch.length) this.#makeRoom(size)
    const from = this.#end
    const name = { first, second, third }
    this.#end = putFrame(this.#scratch, from, this.#lastName, name, bytes)
    this.#lastName = name
    this.#place(name, this.#open, from)
  }

  /** The bytes of a change; null where it deletes; undefined where the table has the newest. */
  get(first: string, second: string, third: string): Uint8Array | null | undefined {
    const place = this.#places.find(first, second, third)
    return place < 0 ? undefined : this.#valueAt(place)
  }

  /** True where the newest change of a name has not reached the table. */
  has(first: string, second: string, third: string): boolean {
    return this.#places.find(first, second, third) >= 0
  }

  /** The newest changes of names that begin with `first`, in no order. */
  *changes(first: string): Iterable<Change> {
    for (const { second, place } of this.#places.of(first)) {
      const third = thirdOf(this.#bytesOf(this.#places.rowAt(place)), this.#places.fromAt(place))
      yield { second, third, bytes: this.#valueAt(place) }
    }
  }

  /** Appends what was changed, and writes the oldest changes to the table. Must run inside a transaction, as its last. */
  seal(): void {
    this.#append()
    const goal = this.#goal(this.#written)
    this.#written = 0
    let past: Row | undefined
    for (const row of this.#rows.values()) {
      // The newest row stays: numbers go on from it.
      if (this.#rows.size === 1 || (row.live > 0 && this.#heldBytes <= goal)) break
      if (!this.#drain(row, this.#table, this.#heldBytes - goal)) break
      past = row
    }
    if (past !== undefined) this.#drop.run(this.#name, past.seq)
  }

  /**
   * How much may be held after a commit that wrote so many bytes. Once too much is held, half of it goes, so that neighbours
   * share a page; but with no commit much more than it writes itself, so that none takes long.
   */
  #goal(written: number): number {
    const half = this.#limitBytes / 2
    if (this.#heldBytes > this.#limitBytes) this.#isDraining = true
    else if (this.#heldBytes <= half) this.#isDraining = false
    if (!this.#isDraining) return this.#limitBytes
    return Math.max(half, this.#heldBytes - Math.max(DRAINED_SHARE * written, LEAST_DRAINED_BYTES))
  }

  /** Writes all changes to the table. Must run inside a transaction. */
  settle(): void {
    this.#append()
    for (const row of this.#rows.values()) this.#drain(row, this.#table)
    this.#drop.run(this.#name, this.#open.seq - 1)
    this.#write() // an empty row, so that numbers go on from here for all who read along
  }

  #append(): void {
    if (this.#end > 0) this.#write()
  }

  #write(): void {
    const bytes = this.#isFull ? this.#handedOver() : this.#copied()
    this.#add.run(this.#name, this.#open.seq, crc32(bytes), bytes)
    this.#open.bytes = bytes
    this.#written += bytes.length
    this.#push(this.#open)
  }
  get #isFull(): boolean {
    return this.#end > 0.75 * ROW_BYTES
  }
  #handedOver(): Buffer {
    const bytes = this.#scratch.subarray(0, this.#end)
    this.#scratch = Buffer.allocUnsafeSlow(ROW_BYTES)
    return bytes
  }
  #copied(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#end)
    this.#scratch.copy(bytes, 0, 0, this.#end)
    return bytes
  }

  #push(row: Row): void {
    this.#rows.set(row.seq, row)
    this.#heldBytes += row.bytes.length
    this.#open = rowOf(row.seq + 1)
    this.#end = 0
    this.#lastName = undefined
  }

  #take(stored: Record<string, unknown>): void {
    const seq = stored['seq'] as number
    const { buffer, byteOffset, byteLength } = undamaged(stored, `change ${seq} of ${this.#name}`)
    const row = rowOf(seq)
    row.bytes = Buffer.from(buffer, byteOffset, byteLength)
    this.#rows.set(seq, row)
    for (const [frame, from] of framesOf(row.bytes)) this.#place(frame, row, from)
    this.#push(row)
  }

  #place(name: Name, row: Row, from: number): void {
    const before = this.#places.put(name, row.seq, from)
    if (before === row.seq) return
    row.live += 1
    const past = this.#rows.get(before)
    if (past !== undefined) past.live -= 1
  }

  #bytesOf(seq: number): Buffer {
    return this.#rows.get(seq)?.bytes ?? this.#scratch
  }

  #valueAt(place: number): Uint8Array | null {
    const seq = this.#places.rowAt(place)
    const bytes = valueAt(this.#bytesOf(seq), this.#places.fromAt(place))
    // The scratch will be written over.
    return bytes && (this.#rows.has(seq) ? bytes : Buffer.from(bytes))
  }

  /**
   * Brings what is newest in the oldest row to the table, where one is given, and drops the row; false where `most` of its bytes
   * were enough: large commits make large rows, and a small one need not wait for all of it.
   */
  #drain(row: Row, table?: TableBehind, most = Infinity): boolean {
    const enough = row.drained + most
    const frames = row.live > 0 ? framesOf(row.bytes, row.drained, row.lastDrained) : []
    for (const [frame, from] of frames) {
      if (from >= enough) {
        this.#heldBytes -= from - row.drained
        row.drained = from
        return false
      }
      row.lastDrained = frame
      const { first, second, third } = frame
      const place = this.#places.find(first, second, third)
      if (place < 0 || this.#places.rowAt(place) !== row.seq) continue
      if (this.#places.fromAt(place) !== from) continue
      const bytes = valueAt(row.bytes, from)
      if (bytes === null) table?.remove(first, second, third)
      else table?.write(first, second, third, bytes)
      this.#places.remove(place)
      row.live -= 1
    }
    this.#rows.delete(row.seq)
    this.#heldBytes -= row.bytes.length - row.drained
    return true
  }

  /** Ends the row, or makes one larger that holds little yet. */
  #makeRoom(size: number): void {
    if (this.#isFull) {
      this.#write()
      return
    }
    const larger = Buffer.allocUnsafeSlow(
      Math.max(2 * this.#scratch.length, this.#end + size, ROW_BYTES),
    )
    this.#scratch.copy(larger, 0, 0, this.#end)
    this.#scratch = larger
  }
}

function* framesOf(bytes: Buffer, start = 0, before?: Name): Iterable<[Frame, number]> {
  let last = before
  for (let from = start; from < bytes.length;) {
    const frame = frameAt(bytes, from, last)
    yield [frame, from]
    from = Math.max(frame.start, frame.end)
    last = frame
  }
}
