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

type Values = Map<string, unknown>
interface Known {
  readonly key: string
  readonly values: Values
  readonly cells: Cells
  /** Cells changed since the last flush. */
  readonly changed: string[]
}
/** Of one key so many cells stay in memory: a job has cells of runs and panes that are long over. */
const CELLS_KEPT = 12

/** Drops the cells that were changed longest ago. All of them are in the store. */
const trim = (values: Values): void => {
  for (const cell of values.keys()) {
    if (values.size <= CELLS_KEPT) return
    values.delete(cell)
  }
}

export class CellCache {
  readonly #stage: string
  readonly #store: StateStore
  readonly #types: Map<string, avro.Type>
  readonly #capacity: number
  /** Keys in memory; the one asked for last is the youngest. */
  readonly #keys = new Map<string, Known>()
  /** Keys changed since the last flush. */
  #changed: Known[] = []
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
    let known = this.#keys.get(key)
    if (known === undefined) known = this.#known(key)
    else if (this.#keys.size > this.#capacity / 2) this.#keys.delete(key)
    else return known.cells
    this.#keys.set(key, known)
    return known.cells
  }

  /** Writes changed cells to the store; keys not asked for lately may be dropped afterwards. */
  flush(): void {
    for (const { key, values, changed } of this.#changed) {
      for (const cell of changed) {
        const value = values.get(cell)
        const bytes = value === MISSING ? null : this.#encode(cell, key, value)
        this.#store.saveCell(this.#stage, key, cell, bytes)
      }
      changed.length = 0
      trim(values)
    }
    this.#changed = []
    for (const key of this.#keys.keys()) {
      if (this.#keys.size <= this.#capacity) break
      this.#keys.delete(key)
    }
  }

  #known(key: string): Known {
    const values: Values = new Map()
    const known: Known = {
      key,
      values,
      changed: [],
      cells: {
        get: (cell) => this.#get(values, key, cell),
        put: (cell, value) => {
          this.#change(known, cell, value)
        },
        delete: (cell) => {
          this.#change(known, cell, MISSING)
        },
      },
    }
    return known
  }

  #get(values: Values, key: string, cell: string): unknown {
    let value = values.get(cell)
    if (value === undefined) {
      const bytes = this.#store.loadCell(this.#stage, key, cell)
      value = bytes === undefined ? MISSING : this.#typeOf(cell).fromBuffer(asBuffer(bytes))
      values.set(cell, value)
    }
    return value === MISSING ? undefined : value
  }

  #change(known: Known, cell: string, value: unknown): void {
    const { values, changed } = known
    if (values.size >= CELLS_KEPT) values.delete(cell) // moves it to the young end
    values.set(cell, value)
    if (changed.length === 0) this.#changed.push(known)
    if (!changed.includes(cell)) changed.push(cell)
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
