/** Lines of comma-separated values as RFC 4180 quotes them, in chunks that are worth a write. */

import type { ArchiveRow } from './rows.ts'

const CHUNK_CHARACTERS = 65_536

const quoted = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field

/** One line. Example: `csvLine(['a,b', 'say "c"', ''])` is `"a,b","say ""c""",` and a line feed. */
export const csvLine = (fields: readonly string[]): string => `${fields.map(quoted).join(',')}\n`

/** A header line and a line for each row, in chunks; `onRow` hears of each row. Columns a row does not have stay empty. */
export function* csvChunks(
  columns: readonly string[],
  rows: Iterable<ArchiveRow>,
  onRow: () => void,
): Generator<string> {
  let chunk = csvLine(columns)
  for (const row of rows) {
    onRow()
    chunk += csvLine(columns.map((column) => row[column] ?? ''))
    if (chunk.length < CHUNK_CHARACTERS) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
