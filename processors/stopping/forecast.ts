/** Forecast of a running run: its chance to fail and its time to the end, at any elapsed time. Pure. */

import { wilson } from '../../schemas/measures.ts'
import { Z90, type Basis, type Side } from './basis.ts'
import { fromLogOdds, logOdds } from './odds.ts'
import { BELIEVED, type Slopes } from './slopes.ts'
import { LATE_LEAN, withLate, type LateCount, type SignBelief } from './signs.ts'
import type { Survival } from './survival.ts'

/** Below this weight of runs with durations a forecast of time is not given. */
const LEAST_DURATIONS = 3
/** Less weight of runs than this past some time is none. */
const ALIVE_LEAST = 1e-9

/** What is known of the run itself. */
export interface Seen {
  readonly elapsedSeconds: number
  /** When it first showed a bad sign, null while it shows none. */
  readonly signSeconds: number | null
  /** What its bad signs say. */
  readonly sign: SignBelief | null
  /** How runs ended in which the most telling of its late steps was late, or that were silent as it is; null without. */
  readonly late?: LateCount | null
  /** Chance to fail before anything inside the run is known. */
  readonly rate: number
  /** How far start and age are to be believed; in full where nothing is said. The rate above is drawn in already. */
  readonly slopes?: Slopes
  /** What a model adds to the formula, in log odds, where one is in use. */
  readonly shift?: number
}
/** The same run at one instant after another: a look asks for some dozen of them. */
export type Moving = Omit<Seen, 'elapsedSeconds'> & { elapsedSeconds: number }
export interface Chance {
  readonly p: number
  readonly low: number
  readonly high: number
}

/**
 * P(fail | alive at t, signs so far). Without a sign: π·C_f(t) / (π·C_f(t) + (1−π)·C_p(t)), where C is the share of runs
 * of a class that are alive at t and have shown no bad sign. With one: what the sign says, or, if that is more, the same
 * with the shares of runs alive at t. One run more in each tail and one less keep either side from being sure. Where age is
 * not to be believed in full, the ratio of the shares is taken to the power of its slope.
 * Example: π .2, no signs, all ten passes over by t, all ten failures still running:
 * p = .2·11/12 / (.2·11/12 + .8·1/12) = .73.
 */
export const formulaAt = (basis: Basis, seen: Seen): number =>
  withLate(withoutLate(basis, seen), seen.late ?? null)
const withoutLate = (basis: Basis, seen: Seen): number => {
  const slope = seen.slopes?.age ?? 1
  const ratio = ageRatio(basis, seen)
  const failing = seen.rate * (slope === 1 ? ratio : ratio ** slope)
  return Math.max(failing / (failing + 1 - seen.rate), seen.sign?.p ?? 0)
}
/** How much likelier a failing run lasts so long than a passing one. */
const ageRatio = ({ fail, pass }: Basis, seen: Seen): number =>
  tail(aliveIn(fail, seen), seen.elapsedSeconds) / tail(aliveIn(pass, seen), seen.elapsedSeconds)
/** The same of a run without a bad sign. */
export const ageRatioAt = ({ fail, pass }: Basis, elapsedSeconds: number): number =>
  (tail(fail.clean, elapsedSeconds) * tail(pass.clean, 0)) /
  (tail(pass.clean, elapsedSeconds) * tail(fail.clean, 0))
/** The same in log odds: what age adds to the start, believed in full. */
export const ageOdds = (basis: Basis, seen: Seen): number => Math.log(ageRatio(basis, seen))

/** The formula's chance, moved by what a model adds. Example: .5 and a shift of ln 3 give .75. */
export const pFailAt = (basis: Basis, seen: Seen): number =>
  shifted(formulaAt(basis, seen), seen.shift)
const shifted = (p: number, shift = 0): number =>
  shift === 0 ? p : fromLogOdds(logOdds(p) + shift)

const aliveIn = (side: Side, { sign }: Seen): Survival =>
  sign === null ? side.clean : side.lasting
const tail = (survival: Survival, t: number): number =>
  survival.total === 0
    ? 1
    : Math.min(1, (survival.at(t) * survival.total + 1) / (survival.total + 2))

/**
 * The chance with its 90 % interval. It rests on three shares: the failure rate and, of either class, the runs that are
 * where this one is. Each is moved to its own 90 % bound; on the scale of log odds these steps add in quadrature. Where a
 * sign decides, it rests on the runs that showed it (Wilson 1927).
 * Example: rate .3 (.143 to .524), 10 of 20 failing and 0 of 40 passing runs alive: p = .900, at least .656.
 */
export const chanceAt = (basis: Basis, seen: Seen): Chance => {
  const chance = formulaChanceAt(basis, seen)
  const { shift = 0 } = seen
  if (shift === 0) return chance
  const { p, low, high } = chance
  return { p: shifted(p, shift), low: shifted(low, shift), high: shifted(high, shift) }
}
const formulaChanceAt = (basis: Basis, seen: Seen): Chance => {
  const p = formulaAt(basis, seen)
  if (isByLate(basis, seen)) {
    const { low, high } = wilson(p, LATE_LEAN + (seen.late?.runs ?? 0), Z90)
    return { p, low: Math.min(p, low), high: Math.max(p, high) }
  }
  if (seen.sign !== null && p <= seen.sign.p) {
    const { low, high } = wilson(p, seen.sign.runs, Z90)
    return { p, low: Math.min(p, low), high: Math.max(p, high) }
  }
  const failing = runsLike(basis.fail, seen)
  const passing = runsLike(basis.pass, seen)
  const { start, age } = seen.slopes ?? BELIEVED
  const down = Math.hypot(
    start * (logOdds(basis.rate) - logOdds(basis.rateLow)),
    age * countStep(failing, -Z90),
    age * countStep(passing, Z90),
  )
  const up = Math.hypot(
    start * (logOdds(basis.rateHigh) - logOdds(basis.rate)),
    age * countStep(failing, Z90),
    age * countStep(passing, -Z90),
  )
  return { p, low: fromLogOdds(logOdds(p) - down), high: fromLogOdds(logOdds(p) + up) }
}

/** True where a late step or silence says more than all else that is known. */
export const isByLate = (basis: Basis, seen: Seen): boolean => {
  if (seen.late === undefined || seen.late === null) return false
  const without = withoutLate(basis, seen)
  return withLate(without, seen.late) > without
}

/** Weight of the runs of a class that are known to have been where this one is, with the run more of the tail. */
const runsLike = (side: Side, seen: Seen): number =>
  1 + aliveIn(side, seen).beyond(seen.elapsedSeconds)

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
