/** Where forecasts are scored: fixed shares of the job's median passing duration, as known when the run started. */

import type { Checkpoint, Forecast } from '../../schemas/events.ts'
import { ageOdds, type Seen } from './forecast.ts'
import { startsOf } from './heed.ts'
import { baseRate } from './history.ts'
import { pointOf } from './slopes.ts'
import type { PassedCheckpoint, RunningRun } from './state.ts'
import type { View } from './view.ts'
import { ageBy } from './waiting.ts'

/** 0, 25, 50, 75, 100 and 125 % of the median passing duration. */
const CHECKPOINTS = [0, 0.25, 0.5, 0.75, 1, 1.25] as const

/** Elapsed seconds of the checkpoints; a cold run, whose median nobody knows, has only the first. */
export const checkpointSeconds = (medianPassSeconds: number | null): number[] =>
  medianPassSeconds === null ? [0] : CHECKPOINTS.map((share) => share * medianPassSeconds)

/** What is heard at the instant at which a run starts was known at its start: siblings that ended before, most of all. */
export const isFirstInstant = (run: RunningRun, { now }: View): boolean =>
  run.checkpoints.length === 0 ||
  (run.checkpoints.length === 1 && run.checkpoints[0]?.elapsed === ageBy(run, now))

/** The chance to fail at the start that the job goes by, and that of its rate alone. */
export interface SaidStart {
  readonly heeded: number
  readonly plain: number
}

/** Returns true where what is said now is what is scored. */
export const passCheckpoints = (
  run: RunningRun,
  view: View,
  seen: Seen,
  belief: number,
  start: SaidStart,
  forecast: Forecast,
): boolean => {
  const passed = run.dueSeconds.filter((seconds) => seconds <= seen.elapsedSeconds)
  const [first] = run.checkpoints
  const isAgain = first !== undefined && isFirstInstant(run, view)
  if (isAgain) run.checkpoints[0] = passedAt(first.at, view, seen, belief, start, forecast)
  if (passed.length === 0) return isAgain
  run.dueSeconds = run.dueSeconds.slice(passed.length)
  const total = run.checkpoints.length + passed.length + run.dueSeconds.length
  // Of several checkpoints passed at once only the last is forecast at its time; the others were missed.
  const index = run.checkpoints.length + passed.length - 1
  const at: Checkpoint['at'] = total === 1 ? 0 : index * 0.25
  run.checkpoints.push(passedAt(at, view, seen, belief, start, forecast))
  return true
}
const passedAt = (
  at: number,
  { history, basis }: View,
  seen: Seen,
  belief: number,
  { heeded, plain }: SaidStart,
  forecast: Forecast,
): PassedCheckpoint => ({
  at,
  elapsed: forecast.elapsedSeconds,
  belief,
  point: seen.sign === null ? pointOf(basis.usual, heeded, ageOdds(basis, seen)) : [],
  starts: seen.sign === null ? startsOf(seen.rate, plain, ageOdds(basis, seen)) : null,
  pFail: forecast.pFail,
  base: baseRate(history),
  remaining: forecast.remainingSeconds,
  remainingLow: forecast.remainingLow,
  remainingHigh: forecast.remainingHigh,
  jenkins: forecast.jenkinsRemaining,
})
