/** Lines to rows of fields: joins lines inside quotes, and finds the way back after a quote that is never closed. */

import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { MAX_ROW_BYTES, type Line } from './lines.ts'
import { RefusedRow, type Problem } from './problems.ts'

/** The bytes of one row, from its first line on. */
export interface RowSpan {
  readonly line: number
  readonly bytes: Buffer
}
export interface RowSink {
  row(fields: readonly string[], span: RowSpan): void
  refuse(problem: Problem, span: RowSpan): void
}

const UNCLOSED: Problem = { reason: 'unclosed-quote', detail: 'a quote is opened and never closed' }
const tooLong = (): RefusedRow =>
  new RefusedRow('row-too-long', `the row is longer than ${MAX_ROW_BYTES} bytes`)
const LF = Buffer.from('\n')
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

const joined = (lines: readonly Line[]): Buffer =>
  lines.length === 1 && lines[0] !== undefined
    ? lines[0].bytes
    : Buffer.concat(lines.flatMap((line, index) => (index === 0 ? [line.bytes] : [LF, line.bytes])))

/** Fields of one record. Throws {@link RefusedRow} where the text is not one well-formed record. */
const fieldsOf = (bytes: Buffer): readonly string[] => {
  if (!isUtf8(bytes)) throw new RefusedRow('invalid-utf8', 'the bytes are not UTF-8')
  const text = bytes.toString('utf8')
  if (!text.includes('"')) return text.split(',')
  let records: string[][]
  try {
    records = parse(text, { record_delimiter: '\n', relax_column_count: true })
  } catch (error) {
    throw new RefusedRow('malformed-row', (error as Error).message)
  }
  if (records.length !== 1 || records[0] === undefined)
    throw new RefusedRow('malformed-row', `reads as ${records.length} rows`)
  return records[0]
}

/** Column names of a header line, without a byte order mark. Throws {@link RefusedRow}. */
export const headerOf = (line: Line): readonly string[] => {
  const hasMark = line.bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)
  return fieldsOf(hasMark ? line.bytes.subarray(3) : line.bytes).map((name) => name.trim())
}

/** Whether a line is one whole row by itself. */
const isRowOf = (width: number, line: Line): boolean => {
  if (line.isCut || line.hasOddQuotes) return false
  try {
    return fieldsOf(line.bytes).length === width
  } catch {
    return false
  }
}

/**
 * What to refuse of lines that are no row, and what to read again: a later line that is a whole row by itself shows
 * that the quote before it was never closed.
 */
const partOf = (width: number, lines: readonly Line[]) => {
  const next = lines.findIndex((line, index) => index > 0 && isRowOf(width, line))
  return next === -1
    ? { bad: lines, again: [] }
    : { bad: lines.slice(0, next), again: lines.slice(next) }
}

const spanOf = (lines: readonly Line[]): RowSpan => ({
  line: lines[0]?.number ?? 0,
  bytes: joined(lines),
})

const checkedFields = (width: number, { bytes }: RowSpan): readonly string[] => {
  const fields = fieldsOf(bytes)
  if (fields.length === width) return fields
  throw new RefusedRow('column-count', `${fields.length} fields, the header has ${width}`)
}

/** Reads lines of a file whose header has `width` columns; `end` says that the file is over. */
export const createRowReader = (width: number, sink: RowSink) => {
  let open: Line[] = []
  let openBytes = 0
  let isInQuotes = false
  // Past the bound inside quotes: lines are dropped until the quote closes or a whole row shows that it never does.
  let isSkipping = false

  const refuse = (lines: readonly Line[], { reason, message }: RefusedRow): void => {
    const { bad, again } = partOf(width, lines)
    sink.refuse(again.length > 0 ? UNCLOSED : { reason, detail: message }, spanOf(bad))
    isSkipping = isInQuotes && again.length === 0
    if (again.length > 0) isInQuotes = false
    for (const line of again) push(line)
  }
  const close = (error: RefusedRow | null): void => {
    const lines = open
    open = []
    openBytes = 0
    try {
      if (error !== null) throw error
      const span = spanOf(lines)
      if (span.bytes.length > 0) sink.row(checkedFields(width, span), span)
    } catch (caught) {
      if (!(caught instanceof RefusedRow)) throw caught
      refuse(lines, caught)
    }
  }
  const push = (line: Line): void => {
    if (isSkipping && isRowOf(width, line)) isSkipping = isInQuotes = false
    if (line.hasOddQuotes) isInQuotes = !isInQuotes
    if (isSkipping) {
      isSkipping = isInQuotes
      return
    }
    open.push(line)
    openBytes += line.bytes.length
    if (line.isCut || openBytes > MAX_ROW_BYTES) close(tooLong())
    else if (!isInQuotes) close(null)
  }
  const end = (): void => {
    while (open.length > 0) close(new RefusedRow(UNCLOSED.reason, UNCLOSED.detail))
  }
  return { push, end }
}
