/** One result, put into its cell of the grid. Results of a run say the same in any order and however often they are heard. */

import type { TestResult } from '../../schemas/events.ts'
import { addBits, BITS, ENDED, FAILED, ERROR, kindOf, NAMED, PASSED } from '../../schemas/strips.ts'
import { drop, type Cells, type Drop } from '../processor.ts'
import { firstColumn, type Column, type Row, type Tab } from './cells.ts'
import { columnOf, keepColumn, mark, readColumn } from './columns.ts'
import { fingerprintOf } from './fingerprint.ts'
import { seeFailure } from './groups.ts'
import { hashOf, isSum } from './names.ts'
import { newTrouble } from './regression.ts'
import { addRow, findRow, readSheet, sheetCell, sheetOf, splitSheets, touch } from './sheets.ts'

/** Older passes weigh this much less in the duration of a test, pass by pass. */
const DECAY = 0.9
const BAD = FAILED | ERROR

/** Puts a result into the grid. Tells why it was of no use, or null; changes the head, which the caller keeps. */
export const hearResult = (
  cells: Cells,
  tab: Tab,
  result: TestResult,
  now: number,
): Drop | null => {
  const bits = BITS[result.status]
  if (bits === 0 || isSum(result.test)) return drop('no-use')
  const column = columnOf(cells, tab, result, result.eventAt, now)
  if (column === null || column < firstColumn(tab)) return drop('expired')
  const hash = hashOf(result.test)
  const at = sheetOf(hash, tab.sheets)
  const sheet = readSheet(cells, at)
  const known = findRow(sheet, hash)
  const row = known ?? addRow(sheet, tab, hash, result.test)
  if (row === undefined) return drop('no-use')
  const before = addBits(row, column, bits)
  // Who names failures alone names flakes too, which have passed as well.
  const isFirstPass = !tab.hasPasses && (bits & (PASSED | BAD)) === PASSED
  tab.hasPasses ||= isFirstPass
  if ((before | bits) === before) return isFirstPass ? null : drop('duplicate')
  const isFresh = ((before | bits) & BAD) !== 0 && isFreshFailure(row, column, tab)
  count(cells, tab, column, before, before | bits, isFresh, result)
  note(cells, row, result, column, (bits & BAD) !== 0)
  if (!row.isTouched) touch(tab, at)
  row.isTouched = true
  cells.put(sheetCell(at), sheet)
  if (known === undefined) splitSheets(cells, tab)
  return null
}

/** True where the test's result before this column had not failed; where passes are not named, a run that did not name it. */
const isFreshFailure = (row: Row, column: number, tab: Tab): boolean => {
  const { strip, last } = row
  let end = last
  for (let at = strip.length - 1; at >= 0; at -= 1) {
    const segment = strip[at] ?? 0
    const start = end - (segment >> 4) + 1
    const kind = kindOf(segment & 15)
    if (start < column && kind !== 'none' && kind !== 'skipped')
      return (
        kind !== 'failed' ||
        (!tab.hasPasses && isNamedBetween(tab, Math.min(end, column - 1), column))
      )
    end = start - 1
  }
  return true
}
const isNamedBetween = (tab: Tab, after: number, before: number): boolean => {
  const first = firstColumn(tab)
  for (let column = after + 1; column < before; column += 1)
    if (((tab.marks[column - first] ?? 0) & NAMED) !== 0) return true
  return false
}

/** Counts what a cell comes to, and no more what it came to before. */
const count = (
  cells: Cells,
  tab: Tab,
  number: number,
  before: number,
  after: number,
  isFresh: boolean,
  result: TestResult,
): void => {
  const column = readColumn(cells, number)
  if (column === undefined) return
  noteWord(column, result)
  add(column, before, -1, isFresh)
  add(column, after, 1, isFresh)
  if (column.outcome === 'failure' && mark(tab, number, NAMED)) cells.put('tab', tab)
  keepColumn(cells, number)
}
/** What only the source's own word and its clock tell. */
const noteWord = (column: Column, { rawStatus, status, durationSeconds: seconds }: TestResult) => {
  if (rawStatus === 'BLOCKED') column.blocked += 1
  else if (TIMED_OUT.has(rawStatus)) column.timedOut += 1
  if (seconds === null || status === 'skipped') return
  const ms = Math.round(seconds * 1000)
  if (status === 'passed') {
    column.passMs += ms
    column.passes += 1
  } else {
    column.otherMs += ms
    column.others += 1
  }
}
const TIMED_OUT: ReadonlySet<string> = new Set(['TIMED_OUT', 'timed_out', 'timeout', 'TIMEOUT'])
const add = (column: Column, bits: number, by: number, isFresh: boolean): void => {
  const kind = kindOf(bits)
  if (kind === 'none' || kind === 'quiet') return
  column[kind] += by
  if (kind === 'failed' && isFresh) column.fresh += by
}

/** Keeps what a result says beside its status. */
const note = (
  cells: Cells,
  row: Row,
  result: TestResult,
  column: number,
  hasFailed: boolean,
): void => {
  const { durationSeconds: seconds, message, test, eventAt: at } = result
  if (!hasFailed) {
    if (seconds !== null && result.status === 'passed')
      row.passSeconds =
        row.passSeconds < 0 ? seconds : DECAY * row.passSeconds + (1 - DECAY) * seconds
    return
  }
  const print = fingerprintOf(message)
  if (print === null) return
  row.trouble ??= newTrouble(column)
  row.trouble.fingerprint = print.hash
  seeFailure(cells, print, { run: result, test, hash: row.hash, column, at })
}

/** Marks of a run that has ended. One that failed names what failed only if a failure was heard. */
export const marksOfEnd = (outcome: Column['outcome'], column: Column): number =>
  outcome === 'success' || (outcome === 'failure' && column.failed + column.flaky > 0)
    ? ENDED | NAMED
    : ENDED
