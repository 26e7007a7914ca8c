/**
 * Tests that passed wherever they have a result. They are most of a grid, and those with the same cells come to the same: one of
 * them is looked at for all.
 */

import { PASSED } from '../../schemas/strips.ts'
import type { Row, Tab } from './cells.ts'

/** More than there are kept columns. */
const MOST_BACK = 1 << 20

/** A number shared by tests that passed in the same columns, and in a row; null for all others. */
export const steadyCells = ({ strip, last, trouble }: Row, tab: Tab): number | null => {
  const [segment = 0] = strip
  if (trouble !== null || strip.length !== 1 || (segment & 15) !== PASSED) return null
  return tab.hasPasses ? segment * MOST_BACK + (tab.next - last) : null
}

/** One test, and how many have its cells. */
export interface Alike {
  readonly row: Row
  tests: number
}

/** Counts tests by the cells they share; false for a test that has its own. */
export const countAlike = (alike: Map<number, Alike>, row: Row, tab: Tab): boolean => {
  const cells = steadyCells(row, tab)
  if (cells === null) return false
  const known = alike.get(cells)
  if (known === undefined) alike.set(cells, { row, tests: 1 })
  else known.tests += 1
  return true
}
