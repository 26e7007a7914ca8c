/** TestGrid's REST interface, `/api/v1/.../headers` and `/rows`, to a grid. It leaves out what is zero, and numbers may be text. */

import type { Note } from '../payload/heard.ts'
import { jsonOf, jsonsAt, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf, type Times } from '../payload/times.ts'
import { namedRows, type Column, type Grid, type Row } from './grid.ts'
import { codeOf } from './statuses.ts'

/** A time as protobuf writes it in JSON: as text, or by its parts. */
const startOf = (times: Times, header: Json): number | null =>
  times.iso(header, 'started') ?? times.seconds(header, 'started', 'seconds')

const rowOf = (name: string, row: Json, columns: number): Row => {
  const codes = new Uint8Array(columns)
  const messages = new Array<string | null>(columns).fill(null)
  for (const [j, cell] of jsonsAt(row, 'cells').slice(0, columns).entries()) {
    codes[j] = codeOf(numberAt(cell, 'result') ?? 0)
    messages[j] = textAt(cell, 'message')
  }
  return { name, codes, messages, minutes: [] }
}

/** Grid of a tab from its two answers. Throws {@link RefusedPayload}. */
export const readRows = (headers: unknown, rows: unknown, now: number, notes: Note[]): Grid => {
  const times = timesOf(now, notes)
  const columns = jsonsAt(jsonOf(headers), 'headers').map((header): Column => ({
    build: nameAt(header, 'build'),
    startedAt: startOf(times, header),
    sha: null,
    isMissing: false,
  }))
  return { columns, rows: namedRows(jsonsAt(jsonOf(rows), 'rows'), columns.length, rowOf, notes) }
}

/** A name as the addresses of the REST interface want it. Example: `pathName('sig-release: master')` is `sigreleasemaster`. */
export const pathName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')
