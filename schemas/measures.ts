/**
 * What is derived from the totals of a `Measure`: one definition each, used by KPIs, API, page and back-test alike.
 * Null where nothing was heard. Seconds are machine seconds; shares are ratios 0..1.
 */

import type { CheckpointMeasure, Measure, RuleMeasure } from './events.ts'

/** Name of our own rule in scores and measures; every other rule there is a baseline. */
export const OUR_RULE = 'stopline'
/** Two-sided 95 % of the normal distribution. */
export const Z95 = 1.96

export interface Interval {
  readonly low: number
  readonly high: number
}
/** A share with what it is made of. */
export interface Ratio {
  readonly value: number | null
  readonly numerator: number
  readonly denominator: number
  readonly low: number | null
  readonly high: number | null
}

/** Wilson score interval of a share p seen over n trials (Wilson 1927). Example: p .5, n 10, z 1.96 gives .2366 to .7634. */
export const wilson = (p: number, n: number, z: number): Interval => {
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  // At the ends the formula gives the end itself, but for rounding.
  return {
    low: p === 0 ? 0 : Math.max(0, centre - half),
    high: p === 1 ? 1 : Math.min(1, centre + half),
  }
}

/**
 * Difference of two shares, each [numerator, denominator > 0], with its 95 % interval by Newcombe 1998, method 10.
 * Example: 8 of 10 less 5 of 10 is .3, −.1067 to .5999.
 */
export const newcombe = (
  [passes, runs]: readonly [number, number],
  [oldPasses, oldRuns]: readonly [number, number],
): Interval & { readonly value: number } => {
  const rate = passes / runs
  const oldRate = oldPasses / oldRuns
  const now = wilson(rate, runs, Z95)
  const old = wilson(oldRate, oldRuns, Z95)
  const value = rate - oldRate
  return {
    value,
    low: value - Math.hypot(rate - now.low, old.high - oldRate),
    high: value + Math.hypot(now.high - rate, oldRate - old.low),
  }
}

/** A share of counted things with its 95 % Wilson interval. Example: 5 of 10 is .5, .2366 to .7634; 0 of 0 is null. */
export const ratio = (numerator: number, denominator: number): Ratio =>
  denominator <= 0
    ? { value: null, numerator, denominator, low: null, high: null }
    : {
        value: numerator / denominator,
        numerator,
        denominator,
        ...wilson(numerator / denominator, denominator, Z95),
      }

/** A share of summed seconds. It has no interval of its own: the back-test resamples groups. Example: 30 of 120 s is .25. */
export const share = (numerator: number, denominator: number): number | null =>
  denominator <= 0 ? null : numerator / denominator

/** Seconds saved minus seconds burnt. Never shown without the false-stop rate. Example: 900 saved, 300 burnt is 600. */
export const net = (rule: RuleMeasure): number => rule.savedSeconds - rule.burntSeconds

/** As {@link net}, but a false stop costs the whole duration of its run. Example: 900 saved, passes of 1,000 s is −100. */
export const strictNet = (rule: RuleMeasure): number => rule.savedSeconds - rule.strictBurntSeconds

/** Stopped failing runs over stopped runs. Example: 8 failing and 2 passing stopped is .8, .4902 to .9433. */
export const precision = (rule: RuleMeasure): Ratio =>
  ratio(rule.stoppedFailing, rule.stoppedFailing + rule.stoppedPassing)

/** Stopped passing runs over passing runs. Example: 2 of 100 is .02, .0055 to .0700. */
export const falseStopRate = (measure: Pick<Measure, 'passing'>, rule: RuleMeasure): Ratio =>
  ratio(rule.stoppedPassing, measure.passing)

/** Seconds saved over the seconds of all failing runs. Example: 900 saved of 3,600 is .25. */
export const recall = (measure: Pick<Measure, 'failedSeconds'>, rule: RuleMeasure): number | null =>
  share(rule.savedSeconds, measure.failedSeconds)

/**
 * Precision over that of stopping as many runs at random, which is the share of failing runs: where red is normal,
 * precision is cheap. Example: precision .8 where 50 of 150 runs fail is a lift of 2.4.
 */
export const lift = (
  measure: Pick<Measure, 'passing' | 'failing'>,
  rule: RuleMeasure,
): number | null => {
  const { value } = precision(rule)
  const random = share(measure.failing, measure.passing + measure.failing)
  return value === null || random === null || random === 0 ? null : value / random
}

/** Mean squared error of the forecasts (Brier 1950). Example: errors .1 and .5 give (.01 + .25) / 2 = .13. */
export const brier = (check: Pick<CheckpointMeasure, 'brier' | 'n'>): number | null =>
  share(check.brier, check.n)

/** 1 − Brier over that of the job's decayed base rate: above 0 is better. Example: sums .26 and .52 give .5. */
export const brierSkill = (check: Pick<CheckpointMeasure, 'brier' | 'baseBrier'>): number | null =>
  check.baseBrier <= 0 ? null : 1 - check.brier / check.baseBrier

/** Mean log loss in nats. Example: a coin's forecast, .5 for all, has .6931. */
export const logLoss = (check: Pick<CheckpointMeasure, 'logLoss' | 'n'>): number | null =>
  share(check.logLoss, check.n)

type Bins = Pick<CheckpointMeasure, 'binCount' | 'binForecast' | 'binFailed'>

/**
 * Expected calibration error: mean over runs of |mean forecast − failed share| of their bin.
 * Example: 10 runs at .2 of which 4 failed, 10 at .9 of which 9 failed: (|2 − 4| + |9 − 9|) / 20 = .1.
 */
export const ece = (bins: Bins): number | null => {
  let gap = 0
  let n = 0
  bins.binCount.forEach((count, bin) => {
    n += count
    gap += Math.abs((bins.binForecast[bin] ?? 0) - (bins.binFailed[bin] ?? 0))
  })
  return share(gap, n)
}

/**
 * The 95 % range of {@link ece} that a perfectly calibrated forecaster of the same forecasts would show by chance
 * (half-normal bins). Example: 100 runs at .5 in one bin: mean .0399, sd .0301, so 0 to .0990.
 */
export const calibratedEceRange = (bins: Bins): Interval | null => {
  let mean = 0
  let variance = 0
  let n = 0
  bins.binCount.forEach((count, bin) => {
    if (count <= 0) return
    const p = Math.min(1, Math.max(0, (bins.binForecast[bin] ?? 0) / count))
    n += count
    mean += Math.sqrt((2 / Math.PI) * count * p * (1 - p))
    variance += (1 - 2 / Math.PI) * count * p * (1 - p)
  })
  if (n === 0) return null
  const half = Z95 * Math.sqrt(variance)
  return { low: Math.max(0, (mean - half) / n), high: (mean + half) / n }
}

/**
 * Chance that a failing run got the higher forecast than a passing one, ties by half, read off the bins.
 * Example: fails in bins 1 and 2, passes in bins 0 and 1: pairs 1 + .5 + 1 + 1 of 4 = .875.
 */
export const auc = (bins: Pick<CheckpointMeasure, 'binCount' | 'binFailed'>): number | null => {
  let passingBelow = 0
  let failing = 0
  let won = 0
  bins.binCount.forEach((count, bin) => {
    const failed = bins.binFailed[bin] ?? 0
    const passed = count - failed
    won += failed * (passingBelow + passed / 2)
    passingBelow += passed
    failing += failed
  })
  return share(won, passingBelow * failing)
}

/** Share of runs that ended within the 80 % interval of their remaining time. Example: 16 of 20 is .8. */
export const coverage = (measure: Pick<Measure, 'covered' | 'remainingN'>): Ratio =>
  ratio(measure.covered, measure.remainingN)
