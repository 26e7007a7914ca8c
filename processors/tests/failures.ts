/** Failures in a row: the open streak, closed ones with how long they lasted, and the alert of a row of TestGrid. */

import { FAIL, FLAKY, isNoResult, isPassLike } from './kinds.ts'

/** Failures in a row that open an alert, passes in a row that close it. */
const OPENS = 3
const CLOSES = 2

/** The open streak; places are those of cells, −1 where there is none. */
export interface Streak {
  readonly length: number
  readonly firstAt: number
  /** The last pass before it. */
  readonly passAt: number
}

/** Failures in a row at the newest end; cells without a result are bridged. Example: P F . F is 2, from place 1, pass at 0. */
export const streakOf = (kinds: readonly number[]): Streak => {
  let length = 0
  let firstAt = -1
  for (let i = kinds.length - 1; i >= 0; i -= 1) {
    const kind = kinds[i] ?? 0
    if (isNoResult(kind)) continue
    if (kind !== FAIL) return { length, firstAt, passAt: passBefore(kinds, i) }
    length += 1
    firstAt = i
  }
  return { length, firstAt, passAt: -1 }
}
const passBefore = (kinds: readonly number[], from: number): number => {
  for (let i = from; i >= 0; i -= 1) if (isPassLike(kinds[i] ?? 0) || kinds[i] === FLAKY) return i
  return -1
}

/**
 * True where, from the newest cell back, 3 failures in a row are met before 2 passes in a row; a flaky result ends either
 * row. Source: TestGrid. Example: F F F P is open, F F F P P is closed, F F K F P is closed.
 */
export const isAlert = (kinds: readonly number[]): boolean => {
  let failures = 0
  let passes = 0
  for (let i = kinds.length - 1; i >= 0; i -= 1) {
    const kind = kinds[i] ?? 0
    if (isNoResult(kind)) continue
    failures = kind === FAIL ? failures + 1 : 0
    passes = isPassLike(kind) ? passes + 1 : 0
    if (failures >= OPENS) return true
    if (passes >= CLOSES) return false
  }
  return false
}

/** Failures in a row that a pass fixed. */
export interface Fix {
  /** Failing runs. */
  readonly runs: number
  /** From the first of them to the pass. Unit: seconds. */
  readonly seconds: number
}

/**
 * Closed failures whose pass lies at or after place `from`. Cells without a result are bridged; a flaky result passed. Source: AI4CI 15 and 16, with open failures left out.
 * Example: P F F P at 0, 10, 20, 30 s is one fix of 2 runs and 20 s.
 */
export const fixesOf = (
  kinds: readonly number[],
  times: readonly number[],
  from: number,
): Fix[] => {
  const fixes: Fix[] = []
  let [length, startAt] = [0, 0]
  kinds.forEach((kind, i) => {
    if (isNoResult(kind)) return
    const at = times[i] ?? 0
    if (kind === FAIL) {
      if (length === 0) startAt = at
      length += 1
      return
    }
    if (length > 0 && i >= from) fixes.push({ runs: length, seconds: (at - startAt) / 1000 })
    length = 0
  })
  return fixes
}
