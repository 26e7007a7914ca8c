/**
 * Whether a test fails more than it used to. Two answers beside each other: Fisher's test of the last 7 days against the
 * results before, as Sippy does it, which is right for one look; and bets (bets.ts), which stay right however often they
 * are looked at and which decide. Both ask for 3 failures and 5 points more than the basis (Sippy's guards).
 */

import { bet, noStakes, RUIN, wealthOf } from './bets.ts'
import type { Trouble } from './cells.ts'
import { fisherRight, upperRate } from './fisher.ts'
import { FAIL, isNoResult } from './kinds.ts'
import { DAY_MS, WEEK_MS, type Look } from './look.ts'

/** Below so many results there is no basis to compare with. */
const LEAST_BASIS = 10
const LEAST_FAILURES = 3
const LEAST_RISE = 0.05
const EXTREME_RISE = 0.15
/** Results in a row without a failure after which a regression is over. */
const CLEARS = 5
/** One that comes back within this is the same one. */
const SAME_WITHIN_MS = 5 * DAY_MS

export interface Regression {
  readonly regressedAt: number | null
  readonly isExtreme: boolean
  readonly basisRuns: number
  readonly basisFailures: number
  readonly fisher: number | null
  readonly eValue: number | null
}
export const NO_REGRESSION: Regression = {
  regressedAt: null,
  isExtreme: false,
  basisRuns: 0,
  basisFailures: 0,
  fisher: null,
  eValue: null,
}

export const newTrouble = (betFrom: number): Trouble => ({
  fingerprint: 0,
  betFrom,
  starts: 0,
  stakes: noStakes(),
  regressedAt: 0,
  clearedAt: 0,
  basisRuns: 0,
  basisFailures: 0,
})

export const isRegressed = ({ regressedAt, clearedAt }: Trouble): boolean =>
  regressedAt > 0 && clearedAt === 0

interface Share {
  readonly runs: number
  readonly failures: number
}
const shareOf = (kinds: readonly number[], from: number, to: number): Share => {
  let [runs, failures] = [0, 0]
  for (let i = from; i < to; i += 1) {
    const kind = kinds[i] ?? 0
    if (isNoResult(kind)) continue
    runs += 1
    if (kind === FAIL) failures += 1
  }
  return { runs, failures }
}

/** Sums of results before each place, so that the basis of any of them is a difference. */
const sumsOf = (kinds: readonly number[]): Share[] => {
  let sum: Share = { runs: 0, failures: 0 }
  const sums = [sum]
  for (const kind of kinds) {
    if (!isNoResult(kind))
      sum = { runs: sum.runs + 1, failures: sum.failures + (kind === FAIL ? 1 : 0) }
    sums.push(sum)
  }
  return sums
}

/** Goes on betting on results that are whole. The basis of each is what was heard a week before it, or, if little, a day. */
const goOn = (trouble: Trouble, kinds: readonly number[], look: Look): void => {
  const { first, times, whole } = look
  const from = Math.max(0, trouble.betFrom - first)
  if (from >= whole) return
  const sums = sumsOf(kinds)
  let [week, day] = [0, 0]
  for (let i = from; i < whole; i += 1) {
    const at = times[i] ?? 0
    while ((times[week] ?? Infinity) <= at - WEEK_MS) week += 1
    while ((times[day] ?? Infinity) <= at - DAY_MS) day += 1
    const kind = kinds[i] ?? 0
    if (!isNoResult(kind)) bet(trouble, kind === FAIL, boundOf(trouble, sums[week], sums[day]))
  }
  trouble.betFrom = first + whole
}
const boundOf = (trouble: Trouble, week?: Share, day?: Share): number => {
  const { basisRuns: runs, basisFailures: failures } = trouble
  const basis = isRegressed(trouble)
    ? { runs, failures }
    : (week?.runs ?? 0) >= LEAST_BASIS
      ? week
      : day
  return basis === undefined || basis.runs < LEAST_BASIS ? 1 : upperRate(basis.failures, basis.runs)
}

const basisOf = (trouble: Trouble, kinds: readonly number[], look: Look): Share => {
  const { basisRuns: runs, basisFailures: failures } = trouble
  if (isRegressed(trouble)) return { runs, failures }
  const older = shareOf(kinds, 0, look.week)
  if (older.runs >= LEAST_BASIS) return older
  const yesterday = look.times.findIndex((at) => at > look.now - DAY_MS)
  return shareOf(kinds, 0, yesterday < 0 ? kinds.length : yesterday)
}

/** Opens and closes the regression of a test from its cells, without mass failures. Changes `trouble`. */
export const judgeRegression = (
  trouble: Trouble,
  kinds: readonly number[],
  look: Look,
): Regression => {
  goOn(trouble, kinds, look)
  const basis = basisOf(trouble, kinds, look)
  const sample = shareOf(kinds, Math.min(look.week, kinds.length), kinds.length)
  const hasBasis = basis.runs >= LEAST_BASIS
  const rise =
    hasBasis && sample.runs > 0 ? sample.failures / sample.runs - basis.failures / basis.runs : 0
  const eValue = wealthOf(trouble)
  const isClear = isRegressed(trouble) && passesInRow(kinds) >= CLEARS
  const isBroken =
    hasBasis && sample.failures >= LEAST_FAILURES && rise > LEAST_RISE && eValue >= RUIN
  if (isClear) clear(trouble, look.now)
  else if (isBroken && !isRegressed(trouble)) open(trouble, basis, look.now)
  return {
    regressedAt: isRegressed(trouble) ? trouble.regressedAt : null,
    isExtreme: rise > EXTREME_RISE,
    basisRuns: hasBasis ? basis.runs : 0,
    basisFailures: hasBasis ? basis.failures : 0,
    fisher:
      hasBasis && sample.runs > 0
        ? fisherRight(sample.failures, sample.runs, basis.failures, basis.runs)
        : null,
    eValue: hasBasis ? eValue : null,
  }
}

const passesInRow = (kinds: readonly number[]): number => {
  let passes = 0
  for (let i = kinds.length - 1; i >= 0; i -= 1) {
    const kind = kinds[i] ?? 0
    if (kind === FAIL) break
    if (!isNoResult(kind)) passes += 1
  }
  return passes
}

const open = (trouble: Trouble, basis: Share, now: number): void => {
  const isSame = trouble.regressedAt > 0 && now - trouble.clearedAt <= SAME_WITHIN_MS
  if (!isSame) trouble.regressedAt = now
  trouble.clearedAt = 0
  trouble.basisRuns = basis.runs
  trouble.basisFailures = basis.failures
}
const clear = (trouble: Trouble, now: number): void => {
  trouble.clearedAt = now
  trouble.stakes = noStakes()
}
