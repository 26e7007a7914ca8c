/** Forecast of a running run from the history of its job and of its pools. Pure. */

import type { Prior } from '../../schemas/events.ts'
import { failureRate, type History } from './history.ts'
import { Survival } from './survival.ts'

/** A pool's durations weigh at most this many runs beside the job's own. */
const POOL_RUNS = 4
/** 90 % interval. */
const Z90 = 1.645
/** Below this weight of passes with durations a forecast of time is not given. */
const MIN_DURATIONS = 3

export interface Basis {
  readonly pass: Survival
  readonly fail: Survival
  readonly rate: number
  readonly weight: number
  readonly pool: 'job' | 'family' | 'community' | 'none'
}

/** Prepares a job's history, with its pools as prior, for questions at any elapsed time. */
export const basisOf = (history: History, priors: readonly (Prior | undefined)[]): Basis => {
  const at = priors.findIndex(
    (candidate) => (candidate?.passes ?? 0) + (candidate?.failures ?? 0) >= 10,
  )
  const prior = priors[at]
  const pooled =
    prior === undefined ? 0.5 : (prior.failures + 0.5) / (prior.passes + prior.failures + 1)
  const { rate, weight } = failureRate(history, pooled)
  const own = history.recent.length
  return {
    pass: new Survival({ histogram: history.pass, scale: 1 }, shared(prior?.passDurations)),
    fail: new Survival({ histogram: history.fail, scale: 1 }, shared(prior?.failDurations)),
    rate,
    weight,
    pool:
      own >= 10
        ? 'job'
        : prior === undefined
          ? own > 0
            ? 'job'
            : 'none'
          : at === 0
            ? 'family'
            : 'community',
  }
}

const shared = (
  histogram: Record<string, number> | undefined,
): { histogram: Record<string, number>; scale: number } => {
  const total = Object.values(histogram ?? {}).reduce((sum, weight) => sum + weight, 0)
  return { histogram: histogram ?? {}, scale: total === 0 ? 0 : Math.min(1, POOL_RUNS / total) }
}

export interface Chance {
  readonly p: number
  readonly low: number
  readonly high: number
}

/**
 * P(fail | T > t) = π·S_f(t) / (π·S_f(t) + (1−π)·S_p(t)), with half a run in each tail so that neither side is ever sure.
 * Example: π .2, all passes over by t, all failures still running, ten runs each: p = .2·10.5/11 / (.2·10.5/11 + .8·.5/11) = .84.
 */
export const pFailAt = (basis: Basis, seconds: number): number => {
  const failing = basis.rate * tail(basis.fail, seconds)
  const passing = (1 - basis.rate) * tail(basis.pass, seconds)
  return failing / (failing + passing)
}
const tail = (survival: Survival, t: number): number =>
  survival.total === 0 ? 1 : Math.min(1, (survival.beyond(t) + 0.5) / (survival.total + 1))

/** The chance with its 90 % Wilson interval (Wilson 1927) at the weight of evidence still alive at t. */
export const chanceAt = (basis: Basis, seconds: number): Chance => {
  const p = pFailAt(basis, seconds)
  const known = basis.pass.total + basis.fail.total
  const alive = known === 0 ? 1 : (basis.pass.beyond(seconds) + basis.fail.beyond(seconds)) / known
  const n = Math.max(1, basis.weight * Math.max(alive, 0.1))
  return { p, ...wilson(p, n, Z90) }
}

/** Wilson score interval of a share p seen over n trials. Example: p .5, n 10, z 1.96 gives .2366 to .7634. */
export const wilson = (p: number, n: number, z: number): { low: number; high: number } => {
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

export interface Remaining {
  readonly mean: number | null
  readonly low: number | null
  readonly high: number | null
}

/** Time to the end in seconds: mixture of both outcomes by p; null where no run ever lasted so long. */
export const remainingAt = (basis: Basis, seconds: number): Remaining => {
  if (basis.pass.total + basis.fail.total < MIN_DURATIONS)
    return { mean: null, low: null, high: null }
  const p = pFailAt(basis, seconds)
  const pass = basis.pass.meanRemaining(seconds)
  const fail = basis.fail.meanRemaining(seconds)
  const mean = pass === null ? fail : fail === null ? pass : p * fail + (1 - p) * pass
  return { mean, low: mixed(basis, seconds, p, 0.1), high: mixed(basis, seconds, p, 0.9) }
}

/** Quantile of the remaining time of the mixture, found by bisection on the mixed survival. */
const mixed = (basis: Basis, t: number, p: number, q: number): number | null => {
  const fail = basis.fail.beyond(t) > 1e-9 ? basis.fail : null
  const pass = basis.pass.beyond(t) > 1e-9 ? basis.pass : null
  if (fail === null || pass === null) {
    const only = (fail ?? pass)?.quantileBeyond(t, q) ?? null
    return only === null ? null : only - t
  }
  const over = (s: number): number =>
    (p * fail.beyond(s)) / fail.beyond(t) + ((1 - p) * pass.beyond(s)) / pass.beyond(t)
  let low = t
  let high = Math.max(fail.quantileBeyond(t, 1) ?? t, pass.quantileBeyond(t, 1) ?? t)
  for (let step = 0; step < 30; step += 1) {
    const middle = (low + high) / 2
    if (over(middle) > 1 - q) low = middle
    else high = middle
  }
  return high - t
}
