/**
 * What runs of the job say that have not ended. Ended runs alone mislead while runs overlap: where failing runs are short and
 * passing ones long, all that is heard of a morning's runs by noon is failures. A running run that has outlived most
 * failing ones and few passing ones is part of a pass already. Pure.
 */

import type { Basis } from './basis.ts'
import { ageRatioAt } from './forecast.ts'
import type { RunningRun } from './state.ts'
import { workedBy } from './waiting.ts'

/** Runs of one push live as long together: each tells half of what an independent one would. */
const RUN_WEIGHT = 0.5
/** Rounds after which the rate hardly moves. */
const ROUNDS = 8

export interface WithRunning {
  readonly rate: number
  /** Passes that the running runs amount to beyond what the rate alone makes of them. */
  readonly passes: number
}

/**
 * How much likelier a failing run lives as long as this one than a passing one does; 1, which says nothing, where it is not
 * less: a run that outlives passing ones may hang, which says nothing of others.
 */
export const agedRatio = (basis: Basis, run: RunningRun, now: number): number =>
  run.signs.length > 0 ? 1 : Math.min(1, ageRatioAt(basis, workedBy(run, now)))

/**
 * A failure rate that rests on so many runs, with running ones beside it: each counts as what it is likely to become at that
 * rate, until both agree (Dempster, Laird and Rubin 1977).
 * Example: .95 by 20 runs, and five more that no failing one would have lived to be (ratio 0), each of half a run: .84.
 */
export const withRunning = (rate: number, runs: number, ratios: readonly number[]): WithRunning => {
  if (ratios.length === 0) return { rate, passes: 0 }
  let likely = rate
  let failing = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    failing = 0
    for (const ratio of ratios) failing += (likely * ratio) / (likely * ratio + 1 - likely)
    likely = (rate * runs + RUN_WEIGHT * failing) / (runs + RUN_WEIGHT * ratios.length)
  }
  return { rate: likely, passes: RUN_WEIGHT * Math.max(0, rate * ratios.length - failing) }
}

/** Passes that nobody heard of yet lie anywhere in a row of failures. Example: 12 failures, two such passes: rows of 4. */
export const brokenStreak = (length: number, passes: number): number =>
  length > 0 ? Math.max(1, length / (1 + passes)) : length
