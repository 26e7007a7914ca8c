/** The JSON of TestGrid's own page, `/DASHBOARD/table`, to a grid. Starts are in milliseconds, durations in minutes. */

import { noteFields, type Note } from '../payload/heard.ts'
import { isJson, jsonOf, jsonsAt, listAt, nameAt, textAt, type Json } from '../payload/json.ts'
import { lengthMs, timesOf } from '../payload/times.ts'
import { TABLE_FIELDS } from './fields.ts'
import { namedRows, type Column, type Grid, type Row } from './grid.ts'
import { codeOf } from './statuses.ts'

const MAX_COLUMNS = 5000
const SHA = /^[0-9a-f]{7,40}$/

/** Cells of a run-length coded row; what goes beyond the columns is left out. */
const codesOf = (test: Json, columns: number): Uint8Array => {
  const codes = new Uint8Array(columns)
  let at = 0
  for (const item of listAt(test, 'statuses')) {
    if (!isJson(item)) continue
    const { count, value } = item
    if (typeof count !== 'number' || typeof value !== 'number' || !(count > 0)) continue
    const end = Math.min(columns, at + count)
    codes.fill(codeOf(value), at, end)
    at = end
  }
  return codes
}

const texts = (items: readonly unknown[]): (string | null)[] =>
  items.map((item) => (typeof item === 'string' && item !== '' ? item : null))

const minutesOf = (test: Json): (number | null)[] => {
  const graph = jsonsAt(test, 'graphs').find((one) =>
    listAt(one, 'metric').some((metric) => String(metric).includes('duration-minutes')),
  )
  const values = graph === undefined ? undefined : listAt(graph, 'values')[0]
  if (!Array.isArray(values)) return []
  return values.map((value) =>
    typeof value === 'number' && lengthMs(value, 60_000) !== null ? value : null,
  )
}

const rowOf = (name: string, test: Json, columns: number): Row => ({
  name,
  codes: codesOf(test, columns),
  messages: texts(listAt(test, 'messages')),
  minutes: minutesOf(test),
})

const buildsOf = (table: Json): string[] => {
  const changelists = listAt(table, 'changelists')
  const ids = changelists.length > 0 ? changelists : listAt(table, 'column_ids')
  // TestGrid marks its own ids with a character of the private use area.
  return ids.map((id) =>
    String(id)
      .replace(/^\ue000/, '')
      .slice(0, 1000),
  )
}

const columnsOf = (table: Json, now: number, notes: Note[]): Column[] => {
  const times = timesOf(now, notes)
  const stamps = listAt(table, 'timestamps')
  const custom = listAt(table, 'custom-columns').filter((line) => Array.isArray(line))
  // The date and the time come first among the headers and are no custom columns.
  const commit = listAt(table, 'column-header-names').slice(2).indexOf('Commit')
  return buildsOf(table)
    .slice(0, MAX_COLUMNS)
    .map((build, j) => {
      const sha: unknown = custom[commit]?.[j]
      return {
        build,
        startedAt: times.millis({ timestamps: stamps[j] }, 'timestamps'),
        sha: typeof sha === 'string' && SHA.test(sha) ? sha : null,
        isMissing: custom.some((line) => line[j] === 'missing'),
      }
    })
}

/** Throws {@link RefusedPayload} for what is no table. */
export const readTable = (payload: unknown, now: number, notes: Note[]): Grid => {
  const table = jsonOf(payload)
  nameAt(table, 'test-group-name')
  noteFields(table, TABLE_FIELDS, '', notes)
  const columns = columnsOf(table, now, notes)
  return { columns, rows: namedRows(jsonsAt(table, 'tests'), columns.length, rowOf, notes) }
}

/** Names the job may have before `.Overall`: that of the test group, and that of its bucket. */
export const jobsOf = (payload: unknown): string[] => {
  const table = jsonOf(payload)
  const query = textAt(table, 'query')?.split('/').at(-1)
  return [textAt(table, 'test-group-name'), query ?? null].filter((name) => name !== null)
}
