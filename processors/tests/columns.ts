/** Runs of a job as columns of its grid, numbered as they were first heard. */

import type { RunRef } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { firstColumn, type Chunk, type Column, type Tab } from './cells.ts'
import { numberedCells } from './names.ts'

/** Columns whose cells are kept. */
const KEPT_COLUMNS = 512
const CHUNK = 32
/** As the runs processor: what is older and of a run that is not known is a repeat of something forgotten. */
const REMEMBERED_MS = 14 * 24 * 3_600_000

const chunkNamed = numberedCells('columns')
const chunkCell = (column: number): string => chunkNamed(Math.floor(column / CHUNK))
const readChunk = (cells: Cells, column: number): Chunk =>
  (cells.get(chunkCell(column)) as Chunk | undefined) ?? { columns: [] }

/** The column of a run, made where there is none yet; null where the run is too old to be told from a forgotten one. */
export const columnOf = (
  cells: Cells,
  tab: Tab,
  run: RunRef,
  at: number,
  now: number,
): number | null => {
  const known = cells.get(runCell(run)) as number | undefined
  if (known !== undefined) return known
  const oldest = tab.times.length < KEPT_COLUMNS ? -Infinity : (tab.times[0] ?? 0)
  if (at <= now - REMEMBERED_MS || at < oldest) return null
  return open(cells, tab, run, at)
}

const open = (cells: Cells, tab: Tab, run: RunRef, at: number): number => {
  const number = tab.next
  const chunk = number % CHUNK === 0 ? { columns: [] } : readChunk(cells, number)
  // Columns stand in the order of hearing, and their times never fall.
  const time = Math.max(at, tab.times.at(-1) ?? 0)
  const { runId, attempt } = run
  chunk.columns.push({
    ...{ runId, attempt, at: time, sha: null, outcome: null },
    ...{ passed: 0, failed: 0, flaky: 0, skipped: 0, fresh: 0, blocked: 0, timedOut: 0 },
    ...{ passMs: 0, passes: 0, otherMs: 0, others: 0 },
  })
  cells.put(chunkCell(number), chunk)
  cells.put(runCell(run), number)
  tab.next += 1
  tab.times.push(time)
  tab.marks.push(0)
  if (tab.times.length > KEPT_COLUMNS) forgetOldest(cells, tab)
  return number
}

const forgetOldest = (cells: Cells, tab: Tab): void => {
  const oldest = firstColumn(tab)
  const column = readChunk(cells, oldest).columns[oldest % CHUNK]
  if (column !== undefined) cells.delete(runCell(column))
  if (oldest % CHUNK === CHUNK - 1) cells.delete(chunkCell(oldest))
  tab.times.shift()
  tab.marks.shift()
}

/** A column that is kept; changes to it must be kept by {@link keepColumn}. */
export const readColumn = (cells: Cells, column: number): Column | undefined =>
  readChunk(cells, column).columns[column % CHUNK]
export const keepColumn = (cells: Cells, column: number): void => {
  cells.put(chunkCell(column), readChunk(cells, column))
}

/** The newest `count` columns, oldest first. */
export const newestColumns = (cells: Cells, tab: Tab, count: number): Column[] => {
  const columns: Column[] = []
  for (let n = Math.max(firstColumn(tab), tab.next - count); n < tab.next; n += 1) {
    const column = readColumn(cells, n)
    if (column !== undefined) columns.push(column)
  }
  return columns
}

/** Adds marks to a column; tells whether any of them is new. */
export const mark = (tab: Tab, column: number, marks: number): boolean => {
  const at = column - firstColumn(tab)
  const before = tab.marks[at]
  if (before === undefined || (before | marks) === before) return false
  tab.marks[at] = before | marks
  return true
}

/** Forgets every column. */
export const forgetColumns = (cells: Cells, tab: Tab): void => {
  for (let n = firstColumn(tab); n < tab.next; n += 1) {
    const column = readColumn(cells, n)
    if (column !== undefined) cells.delete(runCell(column))
  }
  for (let n = firstColumn(tab); n < tab.next; n += 1)
    if (n === firstColumn(tab) || n % CHUNK === 0) cells.delete(chunkCell(n))
}
