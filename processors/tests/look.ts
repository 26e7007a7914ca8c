/** What all tests of a job are looked at with: its columns at one instant, and where the windows begin. */

import { bitsOf, ENDED, MASS } from '../../schemas/strips.ts'
import { firstColumn, type Row, type Tab } from './cells.ts'
import { FAIL, isNoResult, kindsOf, NONE } from './kinds.ts'

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
export const WEEK_MS = 7 * DAY_MS
/** A run that was not heard to end counts as whole after this long. */
const WHOLE_AFTER_MS = 6 * HOUR_MS

export interface Look {
  readonly now: number
  readonly tab: Tab
  readonly isFailuresOnly: boolean
  /** Number of the oldest column, and times and marks of all. */
  readonly first: number
  readonly times: readonly number[]
  readonly marks: readonly number[]
  /** Places of the first columns of the windows. */
  readonly week: number
  readonly weekBefore: number
  readonly month: number
  /** Columns before this place are whole: nothing is bet on later ones. */
  readonly whole: number
}

/** Place of the first time after `at`. */
export const placeAfter = (times: readonly number[], at: number): number => {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}

export const lookAt = (tab: Tab, now: number): Look => {
  const { times, marks } = tab
  const open = marks.findIndex(
    (mark, i) => (mark & ENDED) === 0 && (times[i] ?? 0) > now - WHOLE_AFTER_MS,
  )
  return {
    ...{ now, tab, times, marks },
    isFailuresOnly: !tab.hasPasses,
    first: firstColumn(tab),
    week: placeAfter(times, now - WEEK_MS),
    weekBefore: placeAfter(times, now - 2 * WEEK_MS),
    month: placeAfter(times, now - 30 * DAY_MS),
    whole: open < 0 ? times.length : open,
  }
}

/** Cells of a test over all columns. */
export const cellsOf = (row: Row, look: Look): number[] =>
  kindsOf(bitsOf(row, look.first, look.times.length), look.marks, look.isFailuresOnly)

/** The same without failures that came with their whole run: they say nothing of the test. */
export const withoutMass = (kinds: readonly number[], marks: readonly number[]): number[] =>
  kinds.map((kind, i) => (kind === FAIL && ((marks[i] ?? 0) & MASS) !== 0 ? NONE : kind))

/** Results alone, from a place on. */
export const resultsOf = (kinds: readonly number[], from = 0): number[] => {
  const results: number[] = []
  for (let i = from; i < kinds.length; i += 1) {
    const kind = kinds[i] ?? NONE
    if (!isNoResult(kind)) results.push(kind)
  }
  return results
}
