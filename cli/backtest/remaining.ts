/**
 * How well the time to the end was told, over runs that ended as pass or fail with a known duration. Errors are
 * compared on the runs for which Jenkins' rule (mean of the last passes, minus the elapsed time) has an answer too.
 *
 * Example: told 100 and 50 s, came true 90 and 80 s: errors 10 and 30, median 20 s; intervals 80..120 and 40..60 cover 1/2.
 */

import { bootstrap, columnOf, weighted } from './bootstrap.ts'
import type { BootstrapOptions, Figure } from './bootstrap.ts'
import type { CheckpointRun } from './checkpoints.ts'
import { share } from './definitions.ts'
import { median, sortedBy } from './ranking.ts'
import type { Sorted } from './ranking.ts'
import { countRatio } from './rules.ts'
import type { Ratio } from './rules.ts'

const WALKS = 200

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

/** Measures of the remaining times told for these runs, whose units are 0 to `units` - 1. */
export const remainingMeasures = (
  runs: readonly CheckpointRun[],
  units: number,
  options: BootstrapOptions,
): RemainingMeasures => {
  const known = runs.filter(({ actual }) => !Number.isNaN(actual))
  const bounded = known.filter((run) => !Number.isNaN(run.remainingLow + run.remainingHigh))
  const inside = bounded.filter(
    ({ actual, remainingLow, remainingHigh }) => actual >= remainingLow && actual <= remainingHigh,
  )
  const boundedColumn = columnOf(bounded.map(({ unit }) => [unit, 1]))
  const insideColumn = columnOf(inside.map(({ unit }) => [unit, 1]))
  const { coverage } = bootstrap(
    units,
    (weights) => ({
      coverage: share(weighted(insideColumn, weights), weighted(boundedColumn, weights)),
    }),
    options,
  )
  const paired = known.filter((run) => !Number.isNaN(run.remaining + run.jenkins))
  return {
    coverage: countRatio(coverage, inside.length, bounded.length),
    paired: paired.length,
    ...medians(paired, units, options),
  }
}

const medians = (
  paired: readonly CheckpointRun[],
  units: number,
  options: BootstrapOptions,
): Pick<RemainingMeasures, 'medianErrorSeconds' | 'jenkinsMedianErrorSeconds' | 'leadSeconds'> => {
  const errors = (of: (run: CheckpointRun) => number): Sorted =>
    sortedBy(
      paired.map((run) => Math.abs(of(run) - run.actual)),
      paired.map(({ unit }) => unit),
    )
  const [ours, jenkins] = [errors((run) => run.remaining), errors((run) => run.jenkins)]
  return bootstrap(
    units,
    (weights) => {
      const medianErrorSeconds = median(ours, weights)
      const jenkinsMedianErrorSeconds = median(jenkins, weights)
      const leadSeconds = jenkinsMedianErrorSeconds - medianErrorSeconds
      return { medianErrorSeconds, jenkinsMedianErrorSeconds, leadSeconds }
    },
    { ...options, resamples: Math.min(WALKS, options.resamples) },
  )
}
