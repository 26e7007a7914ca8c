/**
 * How far the last ends of changes stray from what was told of them. What one change's runs wait for, they wait for together
 * (a slow machine, a full queue, a broken head), so an interval that takes them as independent is too narrow. How much too
 * narrow is learned per repository from how its changes went, whatever the reason. Pure.
 */

import type { Outlook } from './change.ts'

/** The first word on a change that named an end: when it was said, the median, and the half width of its interval as a log. */
export interface ToldEnd {
  readonly atMs: number
  readonly remainingSeconds: number
  readonly width: number
}
/** By how many widths ends come before and after the median in one case of ten each; and over how many changes. */
export interface Stray {
  readonly early: number
  readonly late: number
  readonly changes: number
}
/** At first an interval is taken at its word. */
export const AT_ITS_WORD: Stray = { early: -1, late: 1, changes: 0 }

/** Between the ends of an 80 % interval. */
const TAIL = 0.1
/** Where all runs took the same time, the next is still told within a tenth. */
const LEAST_WIDTH = 0.1
/** A step of a bound, in widths: large while few changes were seen, and never so small that it cannot follow. */
const FIRST_STEP = 1
const LAST_STEP = 0.15

type Interval = Pick<Outlook, 'remainingSeconds' | 'remainingLow' | 'remainingHigh'>

const log = (seconds: number): number => Math.log(Math.max(0, seconds) + 1)

/** Half the width of the interval, on log seconds. Example: 99 s, within 49 to 199 s: .1 + ln 2 = .79. */
const widthOf = ({ remainingLow, remainingHigh }: Interval): number =>
  LEAST_WIDTH + (log(remainingHigh ?? 0) - log(remainingLow ?? 0)) / 2

export const toldEnd = (outlook: Interval, atMs: number): ToldEnd | null =>
  outlook.remainingSeconds === null
    ? null
    : { atMs, remainingSeconds: outlook.remainingSeconds, width: widthOf(outlook) }

/**
 * Moves both bounds after one more change ended: towards what came, in proportion to how seldom it should (the pinball loss;
 * Koenker and Bassett 1978; followed online: Gibbs and Candès 2021). Where a tenth lies beyond a bound, it stays in the mean.
 * Example: no change seen yet, an end 2 widths late: it is beyond the late bound of 1, which goes to 1 + 1·.9 = 1.9; it is not
 * before the early one, which goes from −1 to −1 + 1·.1 = −.9.
 */
export const strayAfter = (stray: Stray, told: ToldEnd, endMs: number): Stray => {
  const seconds = (endMs - told.atMs) / 1000
  const by = (log(seconds) - log(told.remainingSeconds)) / told.width
  const step = Math.max(LAST_STEP, FIRST_STEP / Math.sqrt(stray.changes + 1))
  return {
    early: Math.min(0, stray.early + step * (TAIL - (by < stray.early ? 1 : 0))),
    late: Math.max(0, stray.late + step * (1 - TAIL - (by <= stray.late ? 1 : 0))),
    changes: stray.changes + 1,
  }
}

/** The interval as wide as changes of the repository strayed. Example: 99 s within 49 to 199 s (.79 wide), strayed by −1 and 2: 44 to 488 s. */
export const strayed = <T extends Interval>(outlook: T, stray: Stray): T => {
  const { remainingSeconds } = outlook
  if (remainingSeconds === null) return outlook
  const width = widthOf(outlook)
  const at = (by: number): number => Math.exp(log(remainingSeconds) + by * width) - 1
  return {
    ...outlook,
    remainingLow: Math.max(0, at(stray.early)),
    remainingHigh: at(stray.late),
  }
}
