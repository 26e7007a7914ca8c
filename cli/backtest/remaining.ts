/**
 * How well the time to the end was told, over runs that ended as pass or fail with a known duration. Errors are
 * compared on the runs for which Jenkins' rule (mean of the last passes, minus the elapsed time) has an answer too.
 *
 * Example: told 100 and 50 s, came true 90 and 80 s: errors 10 and 30, median 20 s; intervals 80..120 and 40..60 cover 1/2.
 */

import { share } from '../../schemas/measures.ts'
import type { Ratio } from '../../schemas/measures.ts'
import { bootstrap, columnOf, drawsAmong, weighted } from './bootstrap.ts'
import type { Draws, Figure } from './bootstrap.ts'
import type { CheckpointRun } from './checkpoints.ts'
import { median, sortedBy } from './ranking.ts'
import type { Sorted } from './ranking.ts'
import { countRatio } from './rules.ts'

const WALKS = 200

/** What was told of the time to an end, and what it was, in seconds; NaN where unknown. */
export type ToldRemaining = Pick<
  CheckpointRun,
  'unit' | 'remaining' | 'remainingLow' | 'remainingHigh' | 'jenkins' | 'actual'
>

/** Remaining time at one checkpoint, in seconds. */
export interface RemainingMeasures {
  /** Runs with an 80 % interval, and the share of them that ended inside it: should be .8. */
  readonly coverage: Ratio
  /** Runs for which both we and Jenkins' rule had an answer. */
  readonly paired: number
  readonly medianErrorSeconds: Figure
  readonly jenkinsMedianErrorSeconds: Figure
  /** Jenkins' median error minus ours, on the same resamples: above 0 is better. */
  readonly leadSeconds: Figure
}

/** Measures of the remaining times told for these runs, whose units are those of the draws. */
export const remainingMeasures = (
  runs: readonly ToldRemaining[],
  all: Draws,
): RemainingMeasures => {
  const known = runs.filter(({ actual }) => !Number.isNaN(actual))
  const bounded = known.filter((run) => !Number.isNaN(run.remainingLow + run.remainingHigh))
  const inside = bounded.filter(
    ({ actual, remainingLow, remainingHigh }) => actual >= remainingLow && actual <= remainingHigh,
  )
  const boundedColumn = columnOf(bounded.map(({ unit }) => [unit, 1]))
  const insideColumn = columnOf(inside.map(({ unit }) => [unit, 1]))
  const among = (part: readonly ToldRemaining[]): Draws =>
    drawsAmong(
      all,
      part.map(({ unit }) => unit),
    )
  const { coverage } = bootstrap(among(bounded), (weights) => ({
    coverage: share(weighted(insideColumn, weights), weighted(boundedColumn, weights)),
  }))
  const paired = known.filter((run) => !Number.isNaN(run.remaining + run.jenkins))
  return {
    coverage: countRatio(coverage, inside.length, bounded.length),
    paired: paired.length,
    ...medians(paired, among(paired)),
  }
}

const medians = (
  paired: readonly ToldRemaining[],
  draws: Draws,
): Pick<RemainingMeasures, 'medianErrorSeconds' | 'jenkinsMedianErrorSeconds' | 'leadSeconds'> => {
  const errors = (of: (run: ToldRemaining) => number): Sorted =>
    sortedBy(
      paired.map((run) => Math.abs(of(run) - run.actual)),
      paired.map(({ unit }) => unit),
    )
  const [ours, jenkins] = [errors((run) => run.remaining), errors((run) => run.jenkins)]
  return bootstrap(
    draws,
    (weights) => {
      const medianErrorSeconds = median(ours, weights)
      const jenkinsMedianErrorSeconds = median(jenkins, weights)
      const leadSeconds =
        medianErrorSeconds === null || jenkinsMedianErrorSeconds === null
          ? null
          : jenkinsMedianErrorSeconds - medianErrorSeconds
      return { medianErrorSeconds, jenkinsMedianErrorSeconds, leadSeconds }
    },
    WALKS,
  )
}
