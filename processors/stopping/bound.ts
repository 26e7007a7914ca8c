/** Whether false stops are shown to be rare, by a bound that holds however often one looks. */

/** A false stop may hit one passing run in a hundred. */
const FALSE_STOP_LIMIT = 0.01
/** By Ville's inequality a true rate above the limit reaches this e-value with a chance of 1/20 at most, at any look. */
const SHOWN = 20
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
 * Example: no false stop in 314 passing runs gives 20.06: shown. All on q = 0 it would have been 299.
 */
export const eValue = (k: number, n: number): number =>
  BETS.reduce((sum, { rate, stake }) => {
    if (rate === 0 && k > 0) return sum
    const bet = k * Math.log(rate === 0 ? 1 : rate / FALSE_STOP_LIMIT)
    return sum + stake * Math.exp(bet + (n - k) * Math.log((1 - rate) / (1 - FALSE_STOP_LIMIT)))
  }, 0)

export interface ShadowRecord {
  readonly shadowPasses: number
  readonly shadowFalseStops: number
  readonly shadowTrueStops: number
}

/** True where the record shows a false-stop rate below 1 %, at the 95 % level and at any look. */
export const isShown = ({ shadowPasses, shadowFalseStops }: ShadowRecord): boolean =>
  eValue(shadowFalseStops, shadowPasses) >= SHOWN

/** A job's own stops must have been right nine times in ten, as far as they say; then it may rest on its pool's record. */
export const isContradicted = ({ shadowFalseStops, shadowTrueStops }: ShadowRecord): boolean =>
  shadowFalseStops >= 2 && shadowFalseStops > 0.1 * (shadowFalseStops + shadowTrueStops)
