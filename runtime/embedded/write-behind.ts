/**
 * A table that is written behind. What a commit changes is appended in one piece, as a row of `changes`, and reaches the
 * table itself only when that row has become one of the oldest. So a value that changes often costs its own bytes in
 * order, not a page in its place.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { frameAt, frameSize, putFrame, valueAt, type Frame, type Name } from './change-frames.ts'
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

/** The changes of one commit. */
interface Row {
  readonly seq: number
  bytes: Buffer
  /** Names it has changed, and how many of its changes are still the newest. */
  readonly places: Place[]
  live: number
}
/** Where the newest change of a name lies. */
interface Place extends Name {
  row: Row
  from: number
}
type Places = Map<string, Map<string, Map<string, Place>>>

/** A small commit brings so much to the table, while too much is held. */
const LEAST_DRAINED_BYTES = 64 << 10
/**
 * A commit that changes more makes several rows. Pieces of one size leave no holes in memory as they come and go, as large
 * ones of all sizes do.
 */
const ROW_BYTES = 1 << 20
const EMPTY = Buffer.alloc(0)
const rowOf = (seq: number): Row => ({ seq, bytes: EMPTY, places: [], live: 0 })

export class WriteBehind {
  readonly #name: string
  readonly #table: TableBehind
  readonly #limitBytes: number
  readonly #add: StatementSync
  readonly #drop: StatementSync
  readonly #after: StatementSync
  readonly #oldest: StatementSync
  readonly #places: Places = new Map()
  /** Rows on disk, oldest first; what the next one will hold is in `#scratch`. */
  readonly #rows: Row[] = []
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
    while (this.#rows[0] !== undefined && this.#rows[0].seq < (oldest ?? Infinity))
      this.#forget(this.#rows[0])
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
    const place = this.#places.get(first)?.get(second)?.get(third)
    return place && this.#bytesAt(place)
  }

  /** True where the newest change of a name has not reached the table. */
  has(first: string, second: string, third: string): boolean {
    return this.#places.get(first)?.get(second)?.get(third) !== undefined
  }

  /** The newest changes of names that begin with `first`, in no order. */
  *changes(first: string): Iterable<Change> {
    for (const [second, thirds] of this.#places.get(first) ?? [])
      for (const [third, place] of thirds) yield { second, third, bytes: this.#bytesAt(place) }
  }

  /** Appends what was changed, and writes the oldest changes to the table. Must run inside a transaction, as its last. */
  seal(): void {
    this.#append()
    const goal = this.#goal(this.#written)
    this.#written = 0
    let past: Row | undefined
    // The newest row stays: numbers go on from it.
    for (let [row] = this.#rows; row !== undefined && this.#rows.length > 1; [row] = this.#rows) {
      if (row.live > 0 && this.#heldBytes <= goal) break
      this.#spill(row)
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
    return Math.max(half, this.#heldBytes - Math.max(3 * written, LEAST_DRAINED_BYTES))
  }

  /** Writes all changes to the table. Must run inside a transaction. */
  settle(): void {
    this.#append()
    while (this.#rows[0] !== undefined) this.#spill(this.#rows[0])
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
    this.#rows.push(row)
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
    for (const [frame, from] of framesOf(row.bytes)) this.#place(frame, row, from)
    this.#push(row)
  }

  #place({ first, second, third }: Name, row: Row, from: number): void {
    const seconds = inner(this.#places, first)
    const thirds = inner(seconds, second)
    let place = thirds.get(third)
    if (place === undefined) thirds.set(third, (place = { first, second, third, row, from }))
    else {
      place.from = from
      if (place.row === row) return
      place.row.live -= 1
      place.row = row
    }
    row.live += 1
    row.places.push(place)
  }

  #bytesAt({ row, from }: Place): Uint8Array | null {
    if (row !== this.#open) return valueAt(row.bytes, from)
    const bytes = valueAt(this.#scratch, from)
    return bytes && Buffer.from(bytes) // the scratch will be written over
  }

  /** Writes what is newest in the oldest row to the table. */
  #spill(row: Row): void {
    for (const place of row.places) {
      if (place.row !== row) continue
      const { first, second, third } = place
      const bytes = valueAt(row.bytes, place.from)
      if (bytes === null) this.#table.remove(first, second, third)
      else this.#table.write(first, second, third, bytes)
    }
    this.#forget(row)
  }

  /** Drops the oldest row: the table has what it held. */
  #forget(row: Row): void {
    this.#rows.shift()
    this.#heldBytes -= row.bytes.length
    for (const place of row.places) {
      if (place.row !== row) continue
      const seconds = this.#places.get(place.first)
      const thirds = seconds?.get(place.second)
      thirds?.delete(place.third)
      if (thirds?.size === 0) seconds?.delete(place.second)
    }
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

/** The map under a key; an empty one is put there where there is none. */
const inner = <V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> => {
  let map = maps.get(key)
  if (map === undefined) maps.set(key, (map = new Map<string, V>()))
  return map
}

function* framesOf(bytes: Buffer): Iterable<[Frame, number]> {
  let last: Frame | undefined
  for (let from = 0; from < bytes.length;) {
    const frame = frameAt(bytes, from, last)
    yield [frame, from]
    from = Math.max(frame.start, frame.end)
    last = frame
  }
}
