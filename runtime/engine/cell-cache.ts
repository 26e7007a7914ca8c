/** Decoded cells of a stage, least recently used ones dropped, changed ones written at each commit. */

import avro from 'avsc'
import type { CellSchemas, Cells } from '../../processors/processor.ts'
import type { StateStore } from '../ports.ts'

/** A cell must stay within this many bytes: state is bounded by design, and one changelog record holds it. */
export const MAX_CELL_BYTES = 65_536
const SEPARATOR = '\u001f'
const MISSING = Symbol('no such cell')

export class CellTooLargeError extends Error {
  override name = 'CellTooLargeError'
}

export class CellCache {
  readonly #stage: string
  readonly #store: StateStore
  readonly #types: Map<string, avro.Type>
  readonly #capacity: number
  #values = new Map<string, unknown>()
  readonly #dirty = new Set<string>()

  constructor(stage: string, schemas: CellSchemas, store: StateStore, capacity = 200_000) {
    this.#stage = stage
    this.#store = store
    this.#capacity = capacity
    this.#types = new Map(
      Object.entries(schemas).map(([kind, schema]) => [
        kind,
        avro.Type.forSchema(schema as never, { registry: {}, logicalTypes: {}, wrapUnions: false }),
      ]),
    )
  }

  /** The cells of one key, as a step sees them. */
  of(key: string): Cells {
    const prefix = key + SEPARATOR
    return {
      get: (cell) => this.#get(prefix + cell, key, cell),
      put: (cell, value) => {
        this.#change(prefix + cell, value)
      },
      delete: (cell) => {
        this.#change(prefix + cell, MISSING)
      },
    }
  }

  /** Writes changed cells to the store; what is clean and cold may be dropped afterwards. */
  flush(): number {
    const changed = this.#dirty.size
    for (const id of this.#dirty) {
      const [key, cell] = splitId(id)
      const value = this.#values.get(id)
      this.#store.saveCell(
        this.#stage,
        key,
        cell,
        value === MISSING ? null : this.#encode(cell, key, value),
      )
    }
    this.#dirty.clear()
    for (const id of this.#values.keys()) {
      if (this.#values.size <= this.#capacity) break
      this.#values.delete(id)
    }
    return changed
  }

  #get(id: string, key: string, cell: string): unknown {
    let value = this.#values.get(id)
    if (value === undefined) {
      const bytes = this.#store.loadCell(this.#stage, key, cell)
      value =
        bytes === undefined
          ? MISSING
          : this.#typeOf(cell).fromBuffer(
              Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
            )
    } else if (this.#values.size > this.#capacity / 2) {
      this.#values.delete(id) // moves it to the young end
    } else return value === MISSING ? undefined : value
    this.#values.set(id, value)
    return value === MISSING ? undefined : value
  }

  #change(id: string, value: unknown): void {
    this.#values.set(id, value)
    this.#dirty.add(id)
  }

  #encode(cell: string, key: string, value: unknown): Buffer {
    const bytes = this.#typeOf(cell).toBuffer(value)
    if (bytes.length > MAX_CELL_BYTES)
      throw new CellTooLargeError(
        `cell ${cell} of ${key} in ${this.#stage} has ${bytes.length} bytes, the limit is ${MAX_CELL_BYTES}: bound what the processor keeps`,
      )
    return bytes
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

const splitId = (id: string): [string, string] => {
  const at = id.lastIndexOf(SEPARATOR)
  return [id.slice(0, at), id.slice(at + 1)]
}
