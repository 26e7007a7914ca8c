/** Forecast of a running run: its chance to fail and its time to the end, at any elapsed time. Pure. */

import { Z90, type Basis, type Side } from './basis.ts'
import type { Survival } from './survival.ts'

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

/**
 * The chance with its 90 % interval. It rests on three shares: the failure rate and, of either class, the runs that are
 * where this one is. Each is moved to its own 90 % bound; on the scale of log odds these steps add in quadrature.
 * Example: rate .3 (.143 to .524), 10 of 20 failing and 0 of 40 passing runs alive: p = .946, at least .757.
 */
export const chanceAt = (basis: Basis, seen: Seen): Chance => {
  const p = pFailAt(basis, seen)
  const failing = runsLike(basis.fail, seen)
  const passing = runsLike(basis.pass, seen)
  const down = Math.hypot(
    logOdds(basis.rate) - logOdds(basis.rateLow),
    -countStep(failing, -Z90),
    countStep(passing, Z90),
  )
  const up = Math.hypot(
    logOdds(basis.rateHigh) - logOdds(basis.rate),
    countStep(failing, Z90),
    -countStep(passing, -Z90),
  )
  return { p, low: fromLogOdds(logOdds(p) - down), high: fromLogOdds(logOdds(p) + up) }
}
const logOdds = (p: number): number => Math.log(p / (1 - p))
const fromLogOdds = (odds: number): number => 1 / (1 + Math.exp(-odds))

/** Weight of the runs of a class that are known to have been where this one is, with the half run of the tail. */
const runsLike = (side: Side, { elapsedSeconds, signSeconds }: Seen): number =>
  0.5 +
  (signSeconds === null
    ? side.clean.beyond(elapsedSeconds)
    : side.signShare * side.lasting.beyond(elapsedSeconds))

/** Log of the bound of a count over the count: Gamma quantile by Wilson and Hilferty (1931). Example: .5 at z 1.645: 1.32. */
const countStep = (count: number, z: number): number =>
  3 * Math.log(Math.max(0.1, 1 - 1 / (9 * count) + z / (3 * Math.sqrt(count))))

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
