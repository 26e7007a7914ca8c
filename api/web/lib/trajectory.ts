/** What was said of a run, in order of time. Pure. */

import type { Decision, Score } from '../../../schemas/events.ts'
import type { TrajectoryPoint } from '../../../schemas/views.ts'

export type TrajectoryForecast = Extract<TrajectoryPoint, { kind: 'forecast' }>['forecast']

export interface Trajectory {
  readonly forecasts: readonly TrajectoryForecast[]
  readonly decisions: readonly Decision[]
  readonly score: Score | null
}

/** Sorts the API's points, newest first, into forecasts, decisions (oldest first) and the last score. */
export const trajectoryOf = (points: readonly TrajectoryPoint[]): Trajectory => {
  const forecasts: TrajectoryForecast[] = []
  const decisions: Decision[] = []
  let score: Score | null = null
  for (const point of [...points].reverse()) {
    if (point.kind === 'forecast') forecasts.push(point.forecast)
    else if (point.kind === 'decision') decisions.push(point.decision)
    else score = point.score
  }
  forecasts.sort((a, b) => a.elapsedSeconds - b.elapsedSeconds)
  return { forecasts, decisions, score }
}

/** The forecasts, the last one held until an age: what was last said stands until something else is. Unit: seconds. */
export const heldUntil = (
  forecasts: readonly TrajectoryForecast[],
  ageSeconds: number,
): readonly TrajectoryForecast[] => {
  const last = forecasts.at(-1)
  if (last === undefined || ageSeconds <= last.elapsedSeconds) return forecasts
  const later = (seconds: number | null): number | null =>
    seconds === null ? null : seconds - (ageSeconds - last.elapsedSeconds)
  const held = {
    ...last,
    elapsedSeconds: ageSeconds,
    remainingSeconds: later(last.remainingSeconds),
    remainingLow: later(last.remainingLow),
    remainingHigh: later(last.remainingHigh),
    jenkinsRemaining: later(last.jenkinsRemaining),
    cause: 'still standing',
  }
  return [...forecasts, held]
}

/** Whole duration a forecast expects; null where it says nothing of time. Unit: seconds. */
export const expectedDuration = (
  forecast: TrajectoryForecast,
  remaining: number | null,
): number | null => (remaining === null ? null : forecast.elapsedSeconds + remaining)
