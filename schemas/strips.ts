/**
 * Results of a test, run by run, as a strip: runs of equal cells, oldest first, each one number, 16 times its length plus
 * what was heard in those cells as bits. A cell only ever gains bits, so that results of a run say the same in any order
 * and however often they are heard. Cells of columns that said nothing of the test have no bits.
 */

import type { TestCounts, TestKind, TestStatus } from './events.ts'

export const PASSED = 1
export const FAILED = 2
export const ERROR = 4
const SKIPPED = 8

/** What a status adds to its cell; a word that nobody knows adds nothing. */
export const BITS: Readonly<Record<TestStatus, number>> = {
  unknown: 0,
  passed: PASSED,
  failed: FAILED,
  error: ERROR,
  skipped: SKIPPED,
  flaky: PASSED | FAILED,
}

/** Marks of a column. */
export const ENDED = 1
export const NAMED = 2
export const MASS = 4
export const EMPTY = 8

export interface Strip {
  /** Column of the newest cell. */
  last: number
  strip: number[]
}

const kindOfBits = (bits: number): TestKind => {
  if ((bits & (FAILED | ERROR)) !== 0) return (bits & PASSED) !== 0 ? 'flaky' : 'failed'
  if ((bits & PASSED) !== 0) return 'passed'
  return bits === 0 ? 'none' : 'skipped'
}
const KINDS: readonly TestKind[] = Array.from({ length: 16 }, (_, bits) => kindOfBits(bits))

/** What a cell comes to. Example: passed and failed is flaky; skipped and passed is passed. */
export const kindOf = (bits: number): TestKind => KINDS[bits] ?? 'none'

const push = (strip: number[], length: number, bits: number): void => {
  const end = strip.length - 1
  const newest = strip[end]
  if (newest !== undefined && (newest & 15) === bits) strip[end] = newest + length * 16
  else strip.push(length * 16 + bits)
}

/** Adds bits to the cell of a column, and tells those it had. */
export const addBits = (row: Strip, column: number, bits: number): number => {
  const { strip, last } = row
  if (column > last || strip.length === 0) {
    if (strip.length > 0 && column > last + 1) push(strip, column - last - 1, 0)
    push(strip, 1, bits)
    row.last = column
    return 0
  }
  return addWithin(strip, last - column, bits)
}

/** Adds bits to the cell that is `back` cells before the newest. */
const addWithin = (strip: number[], back: number, bits: number): number => {
  let newer = back
  let at = strip.length - 1
  while (at >= 0 && newer >= (strip[at] ?? 0) >> 4) {
    newer -= (strip[at] ?? 0) >> 4
    at -= 1
  }
  const segment = strip[at]
  if (segment === undefined) {
    if (newer > 0) strip.unshift(newer * 16)
    strip.unshift(16 + bits)
    return 0
  }
  const before = segment & 15
  if ((before | bits) === before) return before
  const rest = strip.splice(at)
  const older = (segment >> 4) - newer - 1
  if (older > 0) push(strip, older, before)
  push(strip, 1, before | bits)
  if (newer > 0) push(strip, newer, before)
  for (const each of rest.slice(1)) push(strip, each >> 4, each & 15)
  return before
}

/** Bits of the cells of `count` columns from `first` on; 0 where nothing was said. */
export const bitsOf = (
  { strip, last }: Readonly<Strip>,
  first: number,
  count: number,
): number[] => {
  const cells = new Array<number>(count).fill(0)
  let end = last
  for (let at = strip.length - 1; at >= 0 && end >= first; at -= 1) {
    const segment = strip[at] ?? 0
    const start = end - (segment >> 4) + 1
    const bits = segment & 15
    if (bits !== 0)
      for (let column = Math.max(start, first); column <= end; column += 1)
        if (column - first < count) cells[column - first] = bits
    end = start - 1
  }
  return cells
}

/** Forgets cells of columns before `first`, and all but the newest `most` runs of equal cells. */
export const trim = (row: Strip, first: number, most: number): void => {
  const { strip, last } = row
  let kept = 0
  let at = strip.length
  while (at > 0 && strip.length - at < most && last - kept >= first) {
    at -= 1
    kept += (strip[at] ?? 0) >> 4
  }
  if (at > 0) strip.splice(0, at)
  const over = kept - (last - first + 1)
  if (over > 0 && strip[0] !== undefined) strip[0] -= over * 16
  if (strip.length === 0) row.last = 0
}

/** True where any cell failed, flaky ones too. */
export const hasFailure = (strip: readonly number[]): boolean =>
  strip.some((segment) => (segment & (FAILED | ERROR)) !== 0)

/**
 * Failed and flaky results of some runs, and all results. Where a source names failing tests only, a run that named others
 * and not this one is quiet, and stands for a pass. Example: 3 failed, 1 flaky and 8 passed are 4 of 12.
 */
export const redsOf = ({
  passed,
  failed,
  flaky,
  quiet,
}: TestCounts): { readonly reds: number; readonly results: number } => {
  const reds = failed + flaky
  return { reds, results: reds + passed + quiet }
}
