/** How long runs of a job last, and how those end that last longest, as its profile tells it. Pure. */

import type { JobProfile } from '../../../schemas/events.ts'

type Curves = Pick<JobProfile, 'passes' | 'failures' | 'seconds' | 'passSurvival' | 'failSurvival'>
interface Lasting {
  /** 99th percentile of passes and of failures; 0 where it is not known. Unit: seconds. */
  readonly longestSeconds: number
  /** Share of the longest tenth of its runs that failed. Unit: ratio 0..1. */
  readonly lateFailing: number
}

/** Runs known before their longest tells anything. */
const FEWEST_RUNS = 20
const BEYOND = 0.01
const LONGEST_SHARE = 0.1

/**
 * Null where too few runs are known. Example: of 30 passes a fifth, and of 10 failures four fifths, last 100 s and none 200 s: 200 s are
 * the longest, and of the 14 that last 100 s, more than a tenth, 8 failed: .571.
 */
export const lastingOf = (curves: Curves): Lasting | null => {
  const { passes, failures, seconds, passSurvival, failSurvival } = curves
  if (passes + failures < FEWEST_RUNS) return null
  const passing = (i: number): number => passes * (passSurvival[i] ?? 0)
  const failing = (i: number): number => failures * (failSurvival[i] ?? 0)
  const isOver = (i: number): boolean =>
    (passSurvival[i] ?? 0) <= BEYOND && (failSurvival[i] ?? 0) <= BEYOND
  const isLate = (i: number): boolean =>
    passing(i) + failing(i) >= LONGEST_SHARE * (passes + failures)
  const over = seconds.findIndex((_, i) => isOver(i))
  // The last instant that a tenth of the runs outlive: they are the longest.
  const late = seconds.findLastIndex((_, i) => isLate(i))
  return {
    longestSeconds: over < 0 ? 0 : (seconds[over] ?? 0),
    lateFailing: late < 0 ? 0 : failing(late) / (passing(late) + failing(late)),
  }
}
