/** A forecast read at a later instant: the run is still alive then, and the forecast's curve says what that means. */

import type { Forecast } from '../schemas/events.ts'

export interface EvaluatedForecast {
  readonly elapsedSeconds: number
  readonly pFail: number
  readonly remainingSeconds: number | null
  readonly remainingLow: number | null
  readonly remainingHigh: number | null
}

/** Straight line between the knots; the first or last knot's value outside of them. */
const at = (xs: readonly number[], ys: readonly number[], x: number): number | undefined => {
  const above = xs.findIndex((knot) => knot >= x)
  if (above === -1) return ys.at(-1)
  const x1 = xs[above] ?? 0
  const x0 = xs[above - 1]
  const [y0, y1] = [ys[above - 1], ys[above]]
  if (x0 === undefined || y0 === undefined || y1 === undefined) return y1
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}

/**
 * The forecast at pipeline time `asOf` (milliseconds). Remaining times shrink by the time passed, never below 0.
 * Example: knots (0 s, .2) and (100 s, .6), forecast at 20 s elapsed; 30 s later elapsed is 50 s and pFail .4.
 */
export const evaluateForecast = (forecast: Forecast, asOf: number): EvaluatedForecast => {
  const passedSeconds = Math.max(0, (asOf - forecast.observedAt) / 1000)
  const elapsedSeconds = forecast.elapsedSeconds + passedSeconds
  const later = (seconds: number | null): number | null =>
    seconds === null ? null : Math.max(0, seconds - passedSeconds)
  return {
    elapsedSeconds,
    pFail: at(forecast.curveSeconds, forecast.curvePFail, elapsedSeconds) ?? forecast.pFail,
    remainingSeconds: later(forecast.remainingSeconds),
    remainingLow: later(forecast.remainingLow),
    remainingHigh: later(forecast.remainingHigh),
  }
}
