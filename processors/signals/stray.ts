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
/** By how many widths the last ends of changes came after the median, or before it (below 0): newest first. */
export interface Stray {
  readonly by: readonly number[]
}
/** At first the interval is taken at its word, as if ten changes had come half at one end of it and half at the other. */
export const AT_ITS_WORD: Stray = { by: [-1, 1, -1, 1, -1, 1, -1, 1, -1, 1] }
/** By how many widths an end comes before and after the median in one case of ten each. */
interface Bounds {
  readonly early: number
  readonly late: number
}

/** Changes remembered: enough for a tenth of them to be ten, few enough to follow. */
const KEPT = 100
/** Between the ends of an 80 % interval. */
const TAIL = 0.1
/** Where all runs took the same time, the next is still told within a tenth. */
const LEAST_WIDTH = 0.1

type Interval = Pick<Outlook, 'remainingSeconds' | 'remainingLow' | 'remainingHigh'>

const log = (seconds: number): number => Math.log(Math.max(0, seconds) + 1)

/** Half the width of the interval, on log seconds. Example: 99 s, within 49 to 199 s: .1 + ln 2 = .79. */
const widthOf = ({ remainingLow, remainingHigh }: Interval): number =>
  LEAST_WIDTH + (log(remainingHigh ?? 0) - log(remainingLow ?? 0)) / 2

export const toldEnd = (outlook: Interval, atMs: number): ToldEnd | null =>
  outlook.remainingSeconds === null
    ? null
    : { atMs, remainingSeconds: outlook.remainingSeconds, width: widthOf(outlook) }

/** One more change has ended. Example: told 99 s, .5 wide; it took 271 s, e times as long: two widths late. */
export const strayAfter = ({ by }: Stray, told: ToldEnd, endMs: number): Stray => {
  const seconds = (endMs - told.atMs) / 1000
  return { by: [(log(seconds) - log(told.remainingSeconds)) / told.width, ...by].slice(0, KEPT) }
}

/**
 * The bounds beyond which one in ten of the next ends lies on either side, as far as the next are like the last (conformal
 * quantiles: Vovk, Gammerman and Shafer 2005): of n ends in order that of rank ⌈.9·(n + 1)⌉, and the same from the other end.
 * Example: at first −1 and 1. After ten ends, three of which came 4 widths late and the others at the median, n is 20 and
 * the rank 19: −1 and 4.
 */
export const boundsOf = ({ by }: Stray): Bounds => {
  const ends = [...by].sort((a, b) => a - b)
  const rank = Math.min(ends.length, Math.ceil((1 - TAIL) * (ends.length + 1) - 1e-9))
  return {
    early: Math.min(0, ends[ends.length - rank] ?? 0),
    late: Math.max(0, ends[rank - 1] ?? 0),
  }
}

/** The interval as wide as its repository strays. Example: 99 s within 49 to 199 s (.79 wide), bounds of −1 and 2: 44 to 488 s. */
export const strayed = <T extends Interval>(outlook: T, { early, late }: Bounds): T => {
  const { remainingSeconds } = outlook
  if (remainingSeconds === null) return outlook
  const width = widthOf(outlook)
  const at = (by: number): number => Math.exp(log(remainingSeconds) + by * width) - 1
  return {
    ...outlook,
    remainingLow: Math.max(0, at(early)),
    remainingHigh: at(late),
  }
}
