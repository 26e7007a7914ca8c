/**
 * Rows of views as they should be, however many they are: the newest values as they are, of all others a digest. What differs is
 * told in words where its value is at hand.
 */

import { createHash } from 'node:crypto'
import type { ViewWrite } from '../../runtime/ports.ts'

interface Row {
  readonly at: number
  readonly sort: number | null
  /** The value, or its digest; null where the row is deleted. */
  of: object | string | null
}
/** A row that is there. */
export interface ExpectedRow {
  readonly view: string
  readonly key: string
  readonly of: object | string
}

/** So many are written before all become digests. */
const MOST_VALUES = 50_000

/** The text of a value, whatever the order of its fields. */
const textOf = (value: unknown): string => JSON.stringify(sorted(value))

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, of]) => [name, sorted(of)] as const)
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const digestOf = (text: string): string => createHash('sha1').update(text).digest('base64')

/** In words how what was found (JSON) differs from a row; null where it does not. */
export const rowDifference = (
  { view, key, of }: ExpectedRow,
  json: string | undefined,
): string | null => {
  const is = json === undefined ? 'nothing' : textOf(JSON.parse(json))
  const [expected, found] = typeof of === 'string' ? [of, digestOf(is)] : [textOf(of), is]
  return expected === found ? null : `${view} ${key}: ${is} is not ${expected}`.slice(0, 1_000)
}

export class ExpectedRows {
  readonly #views = new Map<string, Map<string, Row>>()
  #written = 0

  /** As {@link ViewWrite}s are applied: a row is replaced by what is as new or newer. */
  write(writes: Iterable<ViewWrite>): void {
    for (const { view, key, at, sort, value } of writes) {
      const rows = this.#views.get(view) ?? new Map<string, Row>()
      this.#views.set(view, rows)
      if ((rows.get(key)?.at ?? -Infinity) > at) continue
      rows.set(key, { at, sort, of: value })
      this.#written += 1
    }
    if (this.#written > MOST_VALUES) this.#condense()
  }

  /** Rows that are there. */
  *rows(): Iterable<ExpectedRow> {
    for (const [view, rows] of this.#views)
      for (const [key, { of }] of rows) if (of !== null) yield { view, key, of }
  }

  get views(): readonly string[] {
    return [...this.#views.keys()]
  }

  /** Rows of a list in its order, as `sort key`. */
  listed(view: string): string[] {
    return [...(this.#views.get(view) ?? [])]
      .flatMap(([key, { sort, of }]) => (of === null || sort === null ? [] : [{ key, sort }]))
      .sort((a, b) => b.sort - a.sort || (a.key < b.key ? -1 : 1))
      .map(({ key, sort }) => `${sort} ${key}`)
  }

  #condense(): void {
    for (const rows of this.#views.values())
      for (const row of rows.values())
        if (row.of !== null && typeof row.of === 'object') row.of = digestOf(textOf(row.of))
    this.#written = 0
  }
}
