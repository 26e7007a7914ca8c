/** Whether the intervals of p(fail) mean what they say: against the chance with which the demo draws its outcomes. */

import { describe, expect, it } from 'vitest'
import { FORECASTING } from '../../cli/forecasting.ts'
import { mixed } from '../../processors/stopping/rates.ts'
import { demoWorld } from '../../producers/demo/world.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Forecast } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { DAY, HOUR } from '../support/facts.ts'

const T0 = Date.UTC(2026, 6, 20)
const DAYS = 5
/** By then every job has a past. */
const FROM = T0 + DAY

const firstForecasts = (seed: number): Map<string, Forecast> => {
  const world = demoWorld(seed)
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING)
  const first = new Map<string, Forecast>()
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic !== 'ci.forecasts.v1') continue
      const forecast = record as Forecast
      const key = runKey(forecast)
      if (forecast.cause === 'started' && !first.has(key)) first.set(key, forecast)
    }
  })
  for (let at = T0; at < T0 + DAYS * DAY; at += HOUR)
    runtime.take(world.offersBetween(at, at + HOUR), at + HOUR - 1)
  runtime.close()
  return first
}

describe('the 90 % interval of the chance to fail at the start of a run', () => {
  it.each([1, 2, 3, 4])(
    'holds the chance with which demo %i draws it in 85 to 95 of 100 runs',
    (seed) => {
      const forecasts = firstForecasts(seed)
      let [runs, held] = [0, 0]
      for (const truth of demoWorld(seed).truths(T0, T0 + DAYS * DAY)) {
        const forecast = forecasts.get(runKey(truth))
        if (forecast === undefined || forecast.eventAt < FROM) continue
        runs += 1
        if (truth.pFail >= forecast.pFailLow && truth.pFail <= forecast.pFailHigh) held += 1
      }
      expect(runs).toBeGreaterThan(6000)
      expect(held / runs).toBeGreaterThan(0.85)
      expect(held / runs).toBeLessThan(0.95)
    },
  )

  it('knows that experts disagree: two equal ones of .2 and .4 over 16 runs each are worth 9.3 runs', () => {
    const rates = [0.2, 0.4].map((rate) => ({ rate, effectiveRuns: 16 }))
    // The middle experts start with trust 3 and 2, the first with 1.
    const even = mixed(rates, [Math.log(3), 0])
    expect(even.rate).toBeCloseTo(0.3, 10)
    expect(even.effectiveRuns).toBeCloseTo(9.33, 2)
  })
})
