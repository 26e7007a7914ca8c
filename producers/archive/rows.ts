/** Lines to rows of fields: joins lines inside quotes, and finds the way back after a quote that is never closed. */

import { isUtf8 } from 'node:buffer'
import { parse } from 'csv-parse/sync'
import { MAX_ROW_BYTES, type Line } from './lines.ts'
import { RefusedRow, type Reason } from './problems.ts'

/** The bytes of one row, from its first line on. */
export interface RowSpan {
  readonly line: number
  readonly bytes: Buffer
}
export interface RowSink {
  row(fields: readonly string[], span: RowSpan): void
  refuse(reason: Reason, detail: string, span: RowSpan): void
}

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

/** Reads lines of a file whose header has `width` columns; `end` says that the file is over. */
export const createRowReader = (width: number, sink: RowSink) => {
  let open: Line[] = []
  let openBytes = 0
  let isInQuotes = false
  // Past the bound inside quotes: lines are dropped until the quote closes or a whole row shows that it never does.
  let isSkipping = false

  const takeOpen = (): Line[] => {
    const lines = open
    open = []
    openBytes = 0
    return lines
  }
  /** Refuses the first lines; from the first that is a whole row by itself they are read again. */
  const refuse = (lines: readonly Line[], reason: Reason, detail: string): void => {
    const next = lines.findIndex((line, index) => index > 0 && isRowOf(width, line))
    const bad = next === -1 ? lines : lines.slice(0, next)
    const isUnclosed = next !== -1 || reason === 'unclosed-quote'
    sink.refuse(
      isUnclosed ? 'unclosed-quote' : reason,
      isUnclosed ? 'a quote is opened and never closed' : detail,
      { line: lines[0]?.number ?? 0, bytes: joined(bad).subarray(0, MAX_ROW_BYTES) },
    )
    isSkipping = next === -1 && isInQuotes
    if (next === -1) return
    isInQuotes = false
    for (const line of lines.slice(next)) push(line)
  }
  const close = (lines: readonly Line[]): void => {
    const span = { line: lines[0]?.number ?? 0, bytes: joined(lines) }
    if (span.bytes.length === 0) return
    try {
      const fields = fieldsOf(span.bytes)
      if (fields.length !== width)
        throw new RefusedRow('column-count', `${fields.length} fields, the header has ${width}`)
      sink.row(fields, span)
    } catch (error) {
      if (!(error instanceof RefusedRow)) throw error
      refuse(lines, error.reason, error.message)
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
    if (line.isCut || openBytes > MAX_ROW_BYTES)
      refuse(takeOpen(), 'row-too-long', `the row is longer than ${MAX_ROW_BYTES} bytes`)
    else if (!isInQuotes) close(takeOpen())
  }
  const end = (): void => {
    while (open.length > 0) refuse(takeOpen(), 'unclosed-quote', '')
  }
  return { push, end }
}
