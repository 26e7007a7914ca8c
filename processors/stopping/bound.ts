/** Whether false stops are shown to be rare, by a bound that holds however often one looks. */

/** A false stop may hit one passing run in a hundred. */
export const FALSE_STOP_LIMIT = 0.01
/** By Ville's inequality a true rate above the limit reaches this e-value with a chance of 1/20 at most, at any look. */
const SHOWN = 20
/** Rates the bet is spread over: it wins fastest where false stops do not happen, and survives a few. */
const BETS = [0, 0.001, 0.002, 0.004]

/**
 * E-value against "the false-stop rate is at least 1 %" after k false stops in n passing runs: the mean over q of
 * (q/.01)^k · ((1−q)/.99)^(n−k) (likelihood-ratio test martingale; Ville 1939, Shafer 2021).
 * Example: k = 0: n = 298 gives 12.7, n = 299 with the bet on q = 0 alone would give 20.2.
 */
export const eValue = (k: number, n: number): number =>
  BETS.reduce((sum, q) => {
    if (q === 0 && k > 0) return sum
    const bet = k * Math.log(q === 0 ? 1 : q / FALSE_STOP_LIMIT)
    return sum + Math.exp(bet + (n - k) * Math.log((1 - q) / (1 - FALSE_STOP_LIMIT)))
  }, 0) / BETS.length

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
