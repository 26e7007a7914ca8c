/** A tab of TestGrid: columns are runs, rows are tests. Both of its interfaces are read into this. */

import type { Note } from '../payload/heard.ts'
import { textAt, type Json } from '../payload/json.ts'

export interface Column {
  /** Build id, as text: it has more digits than a number holds. */
  readonly build: string
  readonly startedAt: number | null
  readonly sha: string | null
  /** The run left no metadata, as aborted ones do. */
  readonly isMissing: boolean
}
export interface Row {
  readonly name: string
  /** State of each cell, by column. */
  readonly codes: Uint8Array
  /** Messages of the cells, of all columns or of the cells with a result only. */
  readonly messages: readonly (string | null)[]
  /** Minutes of each cell, by column; may be shorter than the columns. */
  readonly minutes: readonly (number | null)[]
}
export interface Grid {
  /** Newest first. */
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** Rows that have a name; one without it is left out, and noted. */
export const namedRows = (
  items: readonly Json[],
  columns: number,
  rowOf: (name: string, item: Json, columns: number) => Row,
  notes: Note[],
): Row[] =>
  items.flatMap((item) => {
    const name = textAt(item, 'name')
    if (name !== null) return rowOf(name.slice(0, 1000), item, columns)
    notes.push({ oddity: 'unread-part', detail: 'a test without a name' })
    return []
  })

/** Message of a cell. TestGrid lists messages of cells with a result only, so their place is counted along the row. */
export const messageOf = ({ messages, codes }: Row, column: number): string | null => {
  if (messages.length === 0) return null
  if (messages.length === codes.length) return messages[column] ?? null
  let place = 0
  for (let j = 0; j < column; j += 1) if (codes[j] !== 0) place += 1
  return messages[place] ?? null
}

/** True for the row that tells how the run itself ended; TestGrid has put the job before its name since 2021. */
export const isOverall = ({ name }: Row, jobs: readonly string[]): boolean =>
  name === 'Overall' || jobs.some((job) => name === `${job}.Overall`)
