/** Scores of flakiness over results in order, oldest first. Cells without a result are left out before. Null without any. */

import { FAIL, FLAKY, isPassLike } from './kinds.ts'

/** Newest results that flips are read from, and transitions. */
export const SCORED = 50
export const SCORED_BY_TRANSITIONS = 20
/** A row of so many failures is an outage, not a flake. */
const OUTAGE = 3

/**
 * Failed and flaky results over all. Unit: ratio 0..1. Source: AI4CI, TestGrid's naive analyser.
 * Example: 6 passes, 11 failures, 7 passes: 11 / 24 = .458.
 */
export const naiveScore = (kinds: readonly number[]): number | null =>
  kinds.length === 0 ? null : kinds.filter((kind) => !isPassLike(kind)).length / kinds.length

/**
 * Flips over results considered: a flaky result is a flip, so is a failure after what passed; three failures in a row and
 * more are skipped, with the one result after them considered. Unit: ratio 0..1. Source: TestGrid, flip analyser.
 * Example: P F P P K P P P P F has 3 flips of 10, .3; P F F F F F P F P F has 2 of 5, .4; 6 P, 11 F, 7 P has none.
 */
export const flipScore = (kinds: readonly number[]): number | null => {
  if (kinds.length === 0) return null
  const { flips, considered } = flipsOf(kinds)
  return considered === 0 ? 0 : flips / considered
}

/** What the flip score is made of. */
export const flipsOf = (kinds: readonly number[]): { flips: number; considered: number } => {
  let flips = 0
  let considered = 0
  let hasPassed = true
  for (let i = 0; i < kinds.length; i += 1) {
    i = outageEnd(kinds, i)
    const kind = kinds[i]
    if (kind === undefined) break
    considered += 1
    if (kind === FLAKY || (kind === FAIL && hasPassed)) flips += 1
    hasPassed = kind !== FAIL
  }
  return { flips, considered }
}

/** Where an outage that starts here is over; the same place where none starts. */
const outageEnd = (kinds: readonly number[], from: number): number => {
  let end = from
  while (kinds[end] === FAIL) end += 1
  return end - from >= OUTAGE ? end : from
}

/** Pairs of neighbours. A flaky result passed in the end. */
export interface Pairs {
  readonly all: number
  readonly passToFail: number
  readonly failToPass: number
  readonly failToFail: number
}

/** What follows what. Example: P P F F F: 4 pairs, one from pass to fail, two from fail to fail. */
export const pairsOf = (kinds: readonly number[]): Pairs => {
  const counts = [0, 0, 0, 0]
  for (let i = 1; i < kinds.length; i += 1) {
    const pair = (kinds[i - 1] === FAIL ? 2 : 0) + (kinds[i] === FAIL ? 1 : 0)
    counts[pair] = (counts[pair] ?? 0) + 1
  }
  const [, passToFail = 0, failToPass = 0, failToFail = 0] = counts
  return { all: Math.max(0, kinds.length - 1), passToFail, failToPass, failToFail }
}

/**
 * Passes followed by a failure, over results. Unit: ratio 0..1. Source: Buildkite Test Engine.
 * Example: P P F F F is .2, P F P F F is .4.
 */
export const transitionScore = (kinds: readonly number[]): number | null =>
  kinds.length === 0 ? null : pairsOf(kinds).passToFail / kinds.length
