/**
 * Expected calibration error: forecasts in ten bins of equal mass, at least 50 runs each (so fewer bins below 500
 * runs, and none below 50); the mean over runs of |mean forecast - share that failed| of their bin. Even a perfect
 * forecaster has one above 0, so it stands beside what chance alone would give: the same forecasts, outcomes drawn from them.
 *
 * Example: 50 forecasts of .1 of which 10 failed and 50 of .5 of which 20 failed: (|.1 - .2| + |.5 - .4|) / 2 = .1.
 */

import { quantile, seededRandom } from './bootstrap.ts'
import type { Weights } from './bootstrap.ts'
import type { Sorted } from './ranking.ts'

export const MIN_BIN = 50
const MAX_BINS = 10
const SIMULATIONS = 200

/** One bin; `low` and `high` bound the share that would fail if the forecasts were right, with 95 %. */
interface Bin {
  readonly n: number
  readonly forecast: number
  readonly failed: number
  readonly low: number
  readonly high: number
}
/** What a calibrated forecaster gives with these forecasts, in 95 % of draws; runs taken as independent. */
export interface Calibrated {
  readonly low: number
  readonly high: number
  readonly bins: readonly Bin[]
}

/** Ends of the bins in forecasts sorted ascending; equal forecasts share a bin. Empty below 50 forecasts. */
export const binEnds = (sorted: Float64Array): number[] => {
  const n = sorted.length
  const bins = Math.min(MAX_BINS, Math.floor(n / MIN_BIN))
  const ends: number[] = []
  for (let bin = 1; bin <= bins; bin += 1) {
    let end = Math.round((bin * n) / bins)
    while (end < n && sorted[end] === sorted[end - 1]) end += 1
    if (end - (ends.at(-1) ?? 0) >= MIN_BIN) ends.push(end)
  }
  if (ends.length > 0) ends[ends.length - 1] = n
  return ends
}

/** The error over given bins, each run `weights[unit]` times; null without bins. */
export const calibrationError = (
  sorted: Sorted,
  failed: Uint8Array,
  ends: readonly number[],
  weights: Weights,
): number | null => {
  const { values, units } = sorted
  let [error, all, i] = [0, 0, 0]
  for (const end of ends) {
    let gap = 0
    for (; i < end; i += 1) {
      const weight = weights[units[i] ?? 0] ?? 0
      gap += weight * ((values[i] ?? 0) - (failed[i] ?? 0))
      all += weight
    }
    error += Math.abs(gap)
  }
  return all > 0 ? error / all : null
}

/** The bins as they came out, beside draws of a calibrated forecaster. Null without bins. */
export const calibratedRange = (
  forecasts: Float64Array,
  failed: Uint8Array,
  ends: readonly number[],
  seed: number,
): Calibrated | null => {
  if (ends.length === 0) return null
  const random = seededRandom(seed)
  const errors = new Float64Array(SIMULATIONS)
  const shares = ends.map(() => new Float64Array(SIMULATIONS))
  for (let round = 0; round < SIMULATIONS; round += 1)
    errors[round] = simulate(forecasts, ends, random, (bin, value) => {
      const column = shares[bin]
      if (column !== undefined) column[round] = value
    })
  errors.sort()
  return {
    low: quantile(errors, 0.025),
    high: quantile(errors, 0.975),
    bins: ends.map((end, bin) => {
      const from = ends[bin - 1] ?? 0
      const drawn = (shares[bin] ?? new Float64Array()).sort()
      return {
        n: end - from,
        forecast: mean(forecasts, from, end),
        failed: mean(failed, from, end),
        low: quantile(drawn, 0.025),
        high: quantile(drawn, 0.975),
      }
    }),
  }
}

const simulate = (
  forecasts: Float64Array,
  ends: readonly number[],
  random: () => number,
  keep: (bin: number, failedShare: number) => void,
): number => {
  let [error, from] = [0, 0]
  ends.forEach((end, bin) => {
    let [expected, failing] = [0, 0]
    for (let i = from; i < end; i += 1) {
      const p = forecasts[i] ?? 0
      expected += p
      if (random() < p) failing += 1
    }
    keep(bin, failing / (end - from))
    error += Math.abs(expected - failing)
    from = end
  })
  return error / forecasts.length
}

const mean = (values: ArrayLike<number>, from: number, end: number): number => {
  let sum = 0
  for (let i = from; i < end; i += 1) sum += values[i] ?? 0
  return sum / (end - from)
}
