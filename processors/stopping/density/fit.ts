/** The seed's method in its proper form: where the density of failing durations overtakes that of passing ones. */

import { FAMILIES, logLikelihood } from './families.ts'
import type { Family, Params } from './family.ts'
import { first, observe, type Observations } from './observations.ts'

/** Durations needed of each class: five for each parameter of the richest family. */
export const MIN_DURATIONS = 20
/** The single longest runs say nothing about the shape of a tail: curves are compared up to this quantile of the longer class. */
const LAST_QUANTILE = 0.99
const GRID = 256

export interface DensityModel {
  /** Name of the family that both classes were fitted with. */
  readonly family: string
  /** Density in 1/s of the duration of a passing run, at t seconds; not weighted. */
  readonly passDensity: (t: number) => number
  /** Density in 1/s of the duration of a failing run, at t seconds; not weighted. */
  readonly failDensity: (t: number) => number
  /** Seconds since start; null where failures never come to stay above. */
  readonly stopSeconds: number | null
}

interface Pair {
  readonly family: Family
  readonly pass: Params
  readonly fail: Params
  readonly aic: number
}

/**
 * Fits all families to passing and failing durations (seconds) and keeps the one whose AIC (Akaike 1974), summed over both
 * classes, is lowest: one family for both, so that a crossing of the curves means something. Null where either class has
 * fewer than 20 usable durations or no spread, or the failure rate is not within 0 and 1.
 *
 * The stopping point is the start of the last stretch on which failureRate·f_fail(t) > (1 − failureRate)·f_pass(t), if that
 * stretch lasts to the end of the data (the 99 % quantile of the longer class); not before the shortest duration seen.
 * Example: normal densities of mean 100 s (pass) and 200 s (fail), both of sd 20 s, rate .5, cross at 150 s; at rate .2 at
 * 150 + 20²/100·ln 4 = 155.5 s.
 */
export const fitDensity = (
  passes: readonly number[],
  failures: readonly number[],
  failureRate: number,
): DensityModel | null => {
  const pass = observe(passes, MIN_DURATIONS)
  const fail = observe(failures, MIN_DURATIONS)
  if (pass === null || fail === null || !(failureRate > 0 && failureRate < 1)) return null
  const pair = bestPair(pass, fail)
  if (pair === null) return null
  const { family } = pair
  const odds = Math.log(failureRate / (1 - failureRate))
  const isAbove = (t: number): boolean =>
    odds + family.logDensity(pair.fail, t) > family.logDensity(pair.pass, t)
  const end = Math.max(quantile(pass, LAST_QUANTILE), quantile(fail, LAST_QUANTILE))
  return {
    family: family.name,
    passDensity: (t) => Math.exp(family.logDensity(pair.pass, t)),
    failDensity: (t) => Math.exp(family.logDensity(pair.fail, t)),
    stopSeconds: lastRise(isAbove, Math.min(first(pass), first(fail)), end),
  }
}

const bestPair = (pass: Observations, fail: Observations): Pair | null => {
  let best: Pair | null = null
  for (const family of FAMILIES) {
    const onPass = family.fit(pass)
    const onFail = family.fit(fail)
    if (onPass === null || onFail === null) continue
    const fitted = logLikelihood(family, onPass, pass) + logLikelihood(family, onFail, fail)
    const aic = 2 * (onPass.length + onFail.length) - 2 * fitted
    if (Number.isFinite(aic) && (best === null || aic < best.aic))
      best = { family, pass: onPass, fail: onFail, aic }
  }
  return best
}

/** Start of the stretch of `isAbove` that lasts to the end, to a thousandth of a step; null where it is not above at the end. */
const lastRise = (isAbove: (t: number) => boolean, start: number, end: number): number | null => {
  const step = (end - start) / GRID
  let at = GRID
  while (at >= 0 && isAbove(start + at * step)) at -= 1
  if (at === GRID) return null
  if (at < 0) return start
  let [low, high] = [start + at * step, start + (at + 1) * step]
  for (let i = 0; i < 10; i += 1) {
    const middle = (low + high) / 2
    if (isAbove(middle)) high = middle
    else low = middle
  }
  return high
}

const quantile = ({ values }: Observations, q: number): number =>
  values[Math.ceil(q * values.length) - 1] ?? 0
