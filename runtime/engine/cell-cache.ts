/** Decoded cells of a stage: those of cold keys are dropped, changed ones written at each commit. */

import type avro from 'avsc'
import type { CellSchemas, Cells } from '../../processors/processor.ts'
import { avroType } from '../../schemas/avro-type.ts'
import type { StateStore } from '../ports.ts'

/** A cell must stay within this many bytes: state is bounded by design, and one changelog record holds it. */
export const MAX_CELL_BYTES = 65_536
const MISSING = Symbol('no such cell')

export class CellTooLargeError extends Error {
  override name = 'CellTooLargeError'
}

/** One cell in memory; the value is {@link MISSING} where there is none. */
interface Slot {
  readonly cell: string
  value: unknown
  /** True where it was changed since the last flush. */
  isChanged: boolean
  /** True where the store may have it: many a cell comes and goes before it hears of it. */
  isStored: boolean
}
/** Of one key so many cells stay in memory: a job has cells of runs and panes that are long over. */
const CELLS_KEPT = 8

/** The cells of one key, as a step sees them. One small object: there are tens of thousands of them. */
class KeyCells implements Cells {
  readonly key: string
  readonly #cache: CellCache
  /** By name; after a flush those changed last come last. */
  readonly #slots = new Map<string, Slot>()
  /** The last that was asked for: what is read is often read again, and then written. */
  #last: Slot | undefined
  /** Changed since the last flush. */
  #changed: Slot[] = []

  constructor(cache: CellCache, key: string) {
    this.#cache = cache
    this.key = key
  }

  get(cell: string): unknown {
    const slot = this.#find(cell) ?? this.#load(cell)
    return slot.value === MISSING ? undefined : slot.value
  }

  put(cell: string, value: unknown): void {
    const slot = this.#find(cell) ?? this.#keep(cell, value, true)
    slot.value = value
    if (slot.isChanged) return
    slot.isChanged = true
    this.#cache.noteChanged(this, this.#changed.length === 0)
    this.#changed.push(slot)
  }

  delete(cell: string): void {
    this.put(cell, MISSING)
  }

  #find(cell: string): Slot | undefined {
    if (this.#last?.cell === cell) return this.#last
    const slot = this.#slots.get(cell)
    if (slot !== undefined) this.#last = slot
    return slot
  }
  #load(cell: string): Slot {
    const value = this.#cache.load(this.key, cell)
    return this.#keep(cell, value, value !== MISSING)
  }
  #keep(cell: string, value: unknown, isStored: boolean): Slot {
    const slot = { cell, value, isChanged: false, isStored }
    this.#slots.set(cell, slot)
    return (this.#last = slot)
  }

  /** Hands changed cells over, and drops those that were changed longest ago: the store has them all. */
  flush(save: (cell: string, value: unknown) => void): void {
    const slots = this.#slots
    for (const slot of this.#changed) {
      const { cell, value } = slot
      if (value !== MISSING || slot.isStored) save(cell, value)
      slot.isStored = value !== MISSING
      slot.isChanged = false
      if (value === MISSING) slots.delete(cell)
      else if (slots.size > CELLS_KEPT && slots.delete(cell)) slots.set(cell, slot)
    }
    this.#changed = []
    this.#last = undefined // it may go
    for (const cell of slots.keys()) {
      if (slots.size <= CELLS_KEPT) break
      slots.delete(cell)
    }
  }
}

export class CellCache {
  readonly #stage: string
  readonly #store: StateStore
  readonly #types: Map<string, avro.Type>
  readonly #capacity: number
  /** Keys in memory; the one asked for last is the youngest. */
  readonly #keys = new Map<string, KeyCells>()
  /** Keys changed since the last flush. */
  #changed: KeyCells[] = []
  /** Cells of theirs. */
  #changes = 0
  /** Room for the largest cell and a little more, so that one too large is noticed. */
  readonly #scratch = Buffer.allocUnsafeSlow(2 * MAX_CELL_BYTES)

  /** Keeps the cells of `capacity` keys in memory. */
  constructor(stage: string, schemas: CellSchemas, store: StateStore, capacity = 4_000) {
    this.#stage = stage
    this.#store = store
    this.#capacity = capacity
    this.#types = new Map(Object.entries(schemas).map(([kind, schema]) => [kind, avroType(schema)]))
  }

  /** The cells of one key, as a step sees them. */
  of(key: string): Cells {
    let cells = this.#keys.get(key)
    if (cells === undefined) cells = new KeyCells(this, key)
    else if (this.#keys.size > this.#capacity / 2) this.#keys.delete(key)
    else return cells
    this.#keys.set(key, cells)
    return cells
  }

  /** How many cells are in memory alone until the next flush. */
  get changes(): number {
    return this.#changes
  }

  /** Writes changed cells to the store; keys not asked for lately may be dropped afterwards. */
  flush(): void {
    for (const cells of this.#changed) {
      const { key } = cells
      cells.flush((cell, value) => {
        const bytes = value === MISSING ? null : this.#encode(cell, key, value)
        this.#store.saveCell(this.#stage, key, cell, bytes)
      })
    }
    this.#changed = []
    this.#changes = 0
    for (const key of this.#keys.keys()) {
      if (this.#keys.size <= this.#capacity) break
      this.#keys.delete(key)
    }
  }

  /** For {@link KeyCells}: what the store has, or {@link MISSING}. */
  load(key: string, cell: string): unknown {
    const bytes = this.#store.loadCell(this.#stage, key, cell)
    return bytes === undefined ? MISSING : this.#typeOf(cell).fromBuffer(asBuffer(bytes))
  }

  /** For {@link KeyCells}: they have one more for the next flush. */
  noteChanged(cells: KeyCells, isFirst: boolean): void {
    this.#changes += 1
    if (isFirst) this.#changed.push(cells)
  }

  /** Bytes are valid until the next call. */
  #encode(cell: string, key: string, value: unknown): Uint8Array {
    const end = this.#typeOf(cell).encode(value, this.#scratch, 0)
    if (end < 0 || end > MAX_CELL_BYTES)
      throw new CellTooLargeError(
        `cell ${cell} of ${key} in ${this.#stage} has ${Math.abs(end)} bytes or more, the limit is ${MAX_CELL_BYTES}: bound what the processor keeps`,
      )
    return this.#scratch.subarray(0, end)
  }

  #typeOf(cell: string): avro.Type {
    const slash = cell.indexOf('/')
    const kind = slash < 0 ? cell : cell.slice(0, slash)
    const type = this.#types.get(kind)
    if (type === undefined)
      throw new Error(`${this.#stage} has no cell kind ${kind}: declare it in its cells`)
    return type
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
