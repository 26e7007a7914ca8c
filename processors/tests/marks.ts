/** Marks of columns that need more than one test or run to be told: all broken at once, or hardly anything ran. */

import { EMPTY, ENDED, MASS } from '../../schemas/strips.ts'
import type { Cells } from '../processor.ts'
import { firstColumn, type Column, type Tab } from './cells.ts'
import { newestColumns } from './columns.ts'

/** More fresh failures than this, or a larger share of a run, have one cause that is none of the tests'. */
const MASS_FRESH = 20
const MASS_SHARE = 0.8
const LEAST_RESULTS = 10
/** A run with fewer of the usual results than this was not installed (AI4CI 5.1: more than 90 % not run). */
const EMPTY_SHARE = 0.1
/** What is fresh is not known of the first runs. */
const FIRST_RUNS = 3
/** Columns that are looked at again. */
const AGAIN = 20

const resultsIn = (column: Column): number => column.passed + column.failed + column.flaky

/**
 * True where more failed at once than tests do by themselves: the run ended in error, over 80 % of at least 10 results
 * failed, or over 20 tests that had not failed before did, and they are most of what failed. Source: Trunk, Sippy's A8.
 */
const isMass = (column: Column, hasPasses: boolean, isFirst: boolean): boolean => {
  if (column.failed === 0) return false
  if (column.outcome === 'error') return true
  const results = resultsIn(column)
  if (hasPasses && results >= LEAST_RESULTS && column.failed > MASS_SHARE * results) return true
  return !isFirst && column.fresh > MASS_FRESH && column.fresh * 2 > column.failed
}

/** Marks the newest columns anew. */
export const markColumns = (cells: Cells, tab: Tab): void => {
  const columns = newestColumns(cells, tab, AGAIN)
  const first = tab.next - columns.length
  let [usual, runs] = [0, 0]
  columns.forEach((column, i) => {
    const at = first + i - firstColumn(tab)
    const results = resultsIn(column)
    const ended = (tab.marks[at] ?? 0) & ENDED
    const isEmpty =
      tab.hasPasses && ended !== 0 && runs > 0 && results < (EMPTY_SHARE * usual) / runs
    const mass = isMass(column, tab.hasPasses, first + i < FIRST_RUNS) ? MASS : 0
    tab.marks[at] = ((tab.marks[at] ?? 0) & ~(MASS | EMPTY)) | mass | (isEmpty ? EMPTY : 0)
    if (results === 0) return
    usual += results
    runs += 1
  })
}
