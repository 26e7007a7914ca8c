/** Forecast of a running run: its chance to fail and its time to the end, at any elapsed time. Pure. */

import { wilson } from '../../schemas/measures.ts'
import type { Basis, Side } from './basis.ts'
import type { Survival } from './survival.ts'

/** z of a two-sided 90 % interval. */
const Z90 = 1.645
/** Below this weight of runs with durations a forecast of time is not given. */
const LEAST_DURATIONS = 3
/** Less weight of runs than this past some time is none. */
const ALIVE_LEAST = 1e-9

/** What is known of the run itself: elapsed time, and when it first showed a bad sign. */
export interface Seen {
  readonly elapsedSeconds: number
  readonly signSeconds: number | null
}
export interface Chance {
  readonly p: number
  readonly low: number
  readonly high: number
}

/**
 * P(fail | alive at t, signs so far). Without a sign: π·C_f(t) / (π·C_f(t) + (1−π)·C_p(t)), where C is the share of runs
 * of a class that are alive at t and have shown no bad sign. With one: C is the share of runs that show a sign at all,
 * times their survival past t. Half a run in each tail keeps either side from being sure.
 * Example: π .2, no signs, all ten passes over by t, all ten failures still running:
 * p = .2·10.5/11 / (.2·10.5/11 + .8·.5/11) = .84.
 */
export const pFailAt = (basis: Basis, seen: Seen): number => {
  const failing = basis.rate * likelihood(basis.fail, seen)
  const passing = (1 - basis.rate) * likelihood(basis.pass, seen)
  return failing / (failing + passing)
}
const likelihood = (side: Side, { elapsedSeconds, signSeconds }: Seen): number =>
  signSeconds === null
    ? tail(side.clean, elapsedSeconds)
    : side.signShare * tail(side.lasting, elapsedSeconds)
const tail = (survival: Survival, t: number): number =>
  survival.total === 0
    ? 1
    : Math.min(1, (survival.at(t) * survival.total + 0.5) / (survival.total + 1))

/** The chance with its 90 % Wilson interval (Wilson 1927) at the weight of evidence still alive at t. */
export const chanceAt = (basis: Basis, seen: Seen): Chance => {
  const p = pFailAt(basis, seen)
  const known = basis.pass.lasting.total + basis.fail.lasting.total
  const beyond =
    basis.pass.lasting.beyond(seen.elapsedSeconds) + basis.fail.lasting.beyond(seen.elapsedSeconds)
  const alive = known === 0 ? 1 : beyond / known
  const n = Math.max(1, basis.weight * Math.max(alive, 0.1))
  const { low, high } = wilson(p, n, Z90)
  return { p, low, high }
}

/** Seconds to the end: as likely to be over before `median` as after, and within `low` to `high` in 80 % of cases. */
export interface Remaining {
  readonly median: number | null
  readonly low: number | null
  readonly high: number | null
}
const UNKNOWN: Remaining = { median: null, low: null, high: null }

/** Time to the end: the durations of both outcomes mixed by p; null where no run ever lasted so long. */
export const remainingAt = (basis: Basis, seen: Seen): Remaining => {
  const t = seen.elapsedSeconds
  const pass = basis.pass.lasting
  const fail = basis.fail.lasting
  if (pass.total + fail.total < LEAST_DURATIONS) return UNKNOWN
  const isPassAlive = pass.beyond(t) > ALIVE_LEAST
  const isFailAlive = fail.beyond(t) > ALIVE_LEAST
  if (!isPassAlive && !isFailAlive) return UNKNOWN
  const share = !isPassAlive ? 1 : !isFailAlive ? 0 : pFailAt(basis, seen)
  const quantile = (q: number): number | null => mixedQuantile(pass, fail, t, share, q)
  return { median: quantile(0.5), low: quantile(0.1), high: quantile(0.9) }
}

/** Quantile of the remaining time of the mixture, by bisection between the quantiles of its parts. */
const mixedQuantile = (
  pass: Survival,
  fail: Survival,
  t: number,
  share: number,
  q: number,
): number | null => {
  const ofPass = share < 1 ? pass.quantileBeyond(t, q) : null
  const ofFail = share > 0 ? fail.quantileBeyond(t, q) : null
  if (ofPass === null || ofFail === null) return (ofPass ?? ofFail ?? t) - t
  const [passNow, failNow] = [pass.at(t), fail.at(t)]
  let low = Math.min(ofPass, ofFail)
  let high = Math.max(ofPass, ofFail)
  for (let round = 0; round < 20 && high - low > 0.5; round += 1) {
    const middle = (low + high) / 2
    const over = (share * fail.at(middle)) / failNow + ((1 - share) * pass.at(middle)) / passNow
    if (over > 1 - q) low = middle
    else high = middle
  }
  return high - t
}
