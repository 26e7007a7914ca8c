/**
 * The seed's method as it was published: a baseline to measure against, with its faults kept.
 *
 * Each class is standardised apart and its ranks below 1 % and from 99 % on are cut; a Weibull with location is fitted to
 * each; the two densities, in units of each class's OWN deviation and without its failure rate, are drawn over seconds.
 * Where the fitted shape is below 1 the likelihood grows for ever as the location creeps up to the shortest duration: the
 * published stopping points rest on how near it came, so here nothing but arithmetic holds it back.
 */

import { fitWeibull, weibullMin } from './families-weibull.ts'
import {
  first,
  HALF_RESOLUTION_SECONDS,
  keepRanks,
  last,
  observe,
  type Observations,
} from './observations.ts'

/** The published method had no minimum and failed on small samples; three parameters need a few runs each. */
const MIN_DURATIONS = 10
/** The location came as near to the shortest duration as double precision could tell apart: four units in its last place. */
const NEAREST_SHARE = 4 * Number.EPSILON
const GRID = 1000

export interface CompatModel {
  /** Seconds since start; null where the curves do not cross between durations of both classes. */
  readonly stopSeconds: number | null
  /** Every crossing up to twice the longest duration, ascending, in seconds. */
  readonly crossings: readonly number[]
}

/**
 * Stopping point as published: the largest crossing. The curves were drawn through the kept durations only and no further,
 * so a crossing counts where both classes have durations; the one in the far tail, where both curves are extrapolated, does
 * not. Null where a class has fewer than 10 usable durations or no spread.
 */
export const fitCompat = (
  passes: readonly number[],
  failures: readonly number[],
): CompatModel | null => {
  const pass = keptOf(passes)
  const fail = keptOf(failures)
  if (pass === null || fail === null) return null
  const passCurve = curveOf(pass)
  const failCurve = curveOf(fail)
  if (passCurve === null || failCurve === null) return null
  const longest = Math.max(last(pass), last(fail))
  const crossings = crossingsOf((t) => failCurve(t) - passCurve(t), 2 * longest)
  // Past the location of either curve itself, where the density jumps up from nothing.
  const from = Math.max(first(pass), first(fail)) + HALF_RESOLUTION_SECONDS
  const to = Math.min(last(pass), last(fail))
  const seen = crossings.filter((t) => t > from && t < to)
  return { stopSeconds: seen.at(-1) ?? null, crossings }
}

const keptOf = (durations: readonly number[]): Observations | null => {
  const sample = observe(durations, MIN_DURATIONS)
  return sample === null ? null : keepRanks(sample, 0.01, 0.99)
}

/** Density in units of the class's own deviation. A fit moves and scales with its sample, so it is made in seconds. */
const curveOf = (sample: Observations): ((t: number) => number) | null => {
  const params = fitWeibull(sample, {
    nearestSeconds: NEAREST_SHARE * first(sample),
    points: 25,
    goldenSteps: 16,
  })
  return params === null ? null : (t) => sample.sd * Math.exp(weibullMin.logDensity(params, t))
}

const crossingsOf = (difference: (t: number) => number, end: number): number[] => {
  const crossings: number[] = []
  let before = difference(0)
  for (let i = 1; i <= GRID; i += 1) {
    const after = difference((end * i) / GRID)
    if (before * after < 0)
      crossings.push(root(difference, (end * (i - 1)) / GRID, (end * i) / GRID))
    // Where both curves have no density there is nothing to cross: the sign from before is kept.
    if (after !== 0) before = after
  }
  return crossings
}

const root = (difference: (t: number) => number, from: number, to: number): number => {
  let [low, high] = [from, to]
  const rises = difference(high) > 0
  for (let i = 0; i < 20; i += 1) {
    const middle = (low + high) / 2
    if (difference(middle) > 0 === rises) high = middle
    else low = middle
  }
  return (low + high) / 2
}
