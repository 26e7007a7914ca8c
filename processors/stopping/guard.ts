/**
 * The drift guard of a job: while its stops hit passing runs too often, or its forecasts say failure more often than it
 * happens, stops are only advised. What would have been stopped is still counted, so the job comes back by itself.
 */

import { GROUNDS } from './permit.ts'

export interface Guard {
  /** Decayed passing and failing runs that our rule wanted to stop, by ground. */
  wrong: readonly number[]
  right: readonly number[]
  /** Decayed failures forecast beyond those that happened, never below none (CUSUM: Page 1954), and its variance by chance. */
  surplus: number
  variance: number
  /** True while stops on this ground are held back for what they hit. */
  held: readonly boolean[]
  /** True while forecasts are held back for what they said. */
  isAdrift: boolean
}
export const newGuard = (): Guard => ({
  wrong: [],
  right: [],
  surplus: 0,
  variance: 0,
  held: [],
  isAdrift: false,
})

/** Both are forgotten by halves: stops every 100 runs of the job since they are rare, forecasts every 15. */
const FORGET_STOPS = 0.5 ** (1 / 100)
const FORGET_FORECASTS = 0.5 ** (1 / 15)
/**
 * One stop in ten may be wrong, and one wrong stop is chance: a second one speaks before the first is half forgotten. It comes
 * back at half of that, so that it does not flap.
 */
const WRONG_SHARE = 0.1
const WRONG_STOPS = 1.5
/** Forecasts are adrift where chance explains their surplus in one case of 200 (one-sided), and back where in one of ten. */
const Z_ADRIFT = 2.58
const Z_BACK = 1.28
/** Less surplus than two failures is not drift. */
const LEAST_SURPLUS = 2

export interface Watched {
  /** Mean belief that it fails: what stops rest on. */
  readonly belief: number
  readonly failed: boolean
  /** Whether our rule wanted to stop it, by ground. */
  readonly wanted: readonly boolean[]
}

/**
 * The guard after one more watched run.
 * Example: four passing runs of which .8 was believed: surplus 2.99, variance .60 (each older run weighs .95): 3.9 standard
 * deviations, adrift.
 */
export const guarded = (guard: Guard, { belief, failed, wanted }: Watched): Guard => {
  const counted = (stops: readonly number[], isTheirs: boolean): number[] =>
    GROUNDS.map((_, i) => (stops[i] ?? 0) * FORGET_STOPS + (isTheirs && wanted[i] === true ? 1 : 0))
  const wrong = counted(guard.wrong, !failed)
  const right = counted(guard.right, failed)
  const surplus = Math.max(0, guard.surplus * FORGET_FORECASTS + belief - (failed ? 1 : 0))
  const variance = guard.variance * FORGET_FORECASTS + belief * (1 - belief)
  return {
    wrong,
    right,
    surplus,
    variance,
    held: GROUNDS.map((_, i) =>
      isWrongTooOften(wrong[i] ?? 0, right[i] ?? 0, guard.held[i] === true ? 0.5 : 1),
    ),
    isAdrift:
      surplus > (guard.isAdrift ? Z_BACK : Z_ADRIFT) * Math.sqrt(variance) &&
      (guard.isAdrift || surplus >= LEAST_SURPLUS),
  }
}
const isWrongTooOften = (wrong: number, right: number, strictness: number): boolean =>
  wrong >= WRONG_STOPS * strictness && wrong > WRONG_SHARE * strictness * (wrong + right)

/** Why the job's stops are only advised now, in words; null while nothing holds them. */
export const whyGuarded = ({ held, isAdrift }: Guard): string | null =>
  held.includes(true) ? STOPS_WRONG : isAdrift ? FORECASTS_ADRIFT : null
export const STOPS_WRONG = 'earlier stops of this job would have hit passing runs'
export const FORECASTS_ADRIFT = 'of late this job failed less often than was forecast'
