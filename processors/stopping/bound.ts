/** Whether false stops are shown to be rare, by a bound that holds however often one looks. */

import { wilson } from '../../schemas/measures.ts'

const Z95_ONE_SIDED = 1.645
/** A false stop may hit one passing run in a hundred. */
const FALSE_STOP_LIMIT = 0.01
/**
 * By Ville's inequality a true rate above the limit reaches this e-value with a chance of 1/40 at most, at any look; two
 * policies are looked at, so that neither is trusted wrongly with a chance of 1/20 at most.
 */
const SHOWN = 40
/** A run is stopped where nine in ten like it fail: the record must not say otherwise, and must say something. */
const PRECISION = 0.9
const LEAST_TRUE_STOPS = 9
/** Rates the bet is spread over, with its shares: it wins fastest where false stops do not happen, and survives a few. */
const BETS = [
  { rate: 0, stake: 0.7 },
  { rate: 0.001, stake: 0.1 },
  { rate: 0.002, stake: 0.1 },
  { rate: 0.004, stake: 0.1 },
]

/**
 * E-value against "the false-stop rate is at least 1 %" after k false stops in n passing runs: the mean over the bets q of
 * (q/.01)^k · ((1−q)/.99)^(n−k) (likelihood-ratio test martingale; Ville 1939, Shafer 2021).
 * Example: no false stop in 385 passing runs gives 40.04: shown.
 */
export const eValue = (k: number, n: number): number =>
  BETS.reduce((sum, { rate, stake }) => {
    if (rate === 0 && k > 0) return sum
    const bet = k * Math.log(rate === 0 ? 1 : rate / FALSE_STOP_LIMIT)
    return sum + stake * Math.exp(bet + (n - k) * Math.log((1 - rate) / (1 - FALSE_STOP_LIMIT)))
  }, 0)

/** What a rule would have done to the runs it watched. */
export interface ShadowRecord {
  readonly shadowPasses: number
  readonly shadowFalseStops: number
  readonly shadowTrueStops: number
  /** Of these, stops that rested on a bad sign. */
  readonly shadowSignFalseStops: number
  readonly shadowSignTrueStops: number
}
/** Which stops a record allows: those on a bad sign, and all. */
export interface Allowed {
  readonly onSign: boolean
  readonly any: boolean
}

/**
 * The two policies, to stop on a bad sign alone and to stop on any belief, are shown each by its own record: a false-stop
 * rate below 1 %, at the 95 % level and at any look, and a precision that may well be .9 (upper 95 % Wilson bound).
 */
export const allowedBy = (record: ShadowRecord): Allowed => {
  const any = isShown(record.shadowPasses, record.shadowFalseStops, record.shadowTrueStops)
  return {
    any,
    onSign:
      any || isShown(record.shadowPasses, record.shadowSignFalseStops, record.shadowSignTrueStops),
  }
}
const isShown = (passes: number, falseStops: number, trueStops: number): boolean =>
  trueStops >= LEAST_TRUE_STOPS &&
  wilson(trueStops / (trueStops + falseStops), trueStops + falseStops, Z95_ONE_SIDED).high >=
    PRECISION &&
  eValue(falseStops, passes) >= SHOWN

/** A job's own stops must have been right nine times in ten, as far as they say; then it may rest on its pool's record. */
export const isContradicted = ({
  shadowFalseStops,
  shadowTrueStops,
}: Pick<ShadowRecord, 'shadowFalseStops' | 'shadowTrueStops'>): boolean =>
  shadowFalseStops >= 2 && shadowFalseStops > 0.1 * (shadowFalseStops + shadowTrueStops)
