/** The demo's tests that flake: red at half time, whatever becomes of the run. Forecasts learn which they are. */

import { describe, expect, it } from 'vitest'
import { FORECASTING } from '../../cli/forecasting.ts'
import type { Processor } from '../../processors/processor.ts'
import { demoWorld } from '../../producers/demo/world.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Forecast, RunRef, TestResult } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { DAY, HOUR } from '../support/facts.ts'

const T0 = Date.UTC(2026, 6, 20)
const DAYS = 6
/** By then each job has seen some tests flake. */
const FROM = T0 + 3 * DAY
/** Later runs have not all ended. */
const UNTIL = T0 + (DAYS - 0.5) * DAY
const JOBS: ReadonlySet<string> = new Set(['e2e-gcp-4.19', 'e2e-aws-4.19', 'links'])

/** The same pipeline, but that red tests have no names to the forecaster: they are one sign of the job. */
const NAMELESS = FORECASTING.map((processor): Processor => {
  if (processor.name !== 'stopping') return processor
  const inputs = processor.inputs.filter((topic) => topic !== 'ci.test-results.v1')
  return { ...processor, inputs }
})

/** The last forecast of each run before its test step was over, where a test of it was red by then. */
const believed = (topology: readonly Processor[]) => {
  const world = demoWorld()
  const runtime = new EmbeddedRuntime(':memory:', topology)
  const red = new Map<string, { at: number; flakes: boolean }>()
  const forecasts = new Map<string, Forecast[]>()
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.forecasts.v1') {
        const forecast = record as Forecast
        const key = runKey(forecast)
        forecasts.set(key, [...(forecasts.get(key) ?? []), forecast])
      }
  })
  for (let at = T0; at < T0 + DAYS * DAY; at += HOUR) {
    const offers = world
      .offersBetween(at, at + HOUR)
      .filter(({ record }) => JOBS.has((record as RunRef).job))
    for (const { topic, record } of offers) {
      if (topic !== 'ci.test-results.v1') continue
      const { status, eventAt, test } = record as TestResult
      const key = runKey(record as TestResult)
      const known = red.get(key)
      if (status === 'failed' && eventAt <= (known?.at ?? Infinity))
        red.set(key, { at: eventAt, flakes: test.endsWith('retries after a lost connection') })
    }
    runtime.take(offers, at + HOUR - 1)
  }
  runtime.close()
  return world.truths(FROM, UNTIL).flatMap((run) => {
    const first = red.get(runKey(run))
    if (!JOBS.has(run.job) || first === undefined || first.at > run.finishedAt - HOUR / 20)
      return []
    if (run.outcome !== 'success' && run.outcome !== 'failure') return []
    const said = (forecasts.get(runKey(run)) ?? []).filter(
      ({ observedAt }) => observedAt >= first.at && observedAt < first.at + HOUR / 20,
    )
    const pFail = said.at(-1)?.pFail
    return pFail === undefined ? [] : [{ pFail, failed: run.outcome === 'failure', ...first }]
  })
}
const brier = (of: readonly { pFail: number; failed: boolean }[]): number =>
  of.reduce((sum, { pFail, failed }) => sum + (pFail - Number(failed)) ** 2, 0) / of.length
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

describe('a run of the demo with a red test', () => {
  const ours = believed(FORECASTING)
  const plain = believed(NAMELESS)

  it('is forecast with less than half of the error of one sign for all red tests', () => {
    expect(ours.length).toBeGreaterThan(30)
    expect(brier(ours)).toBeLessThan(0.5 * brier(plain))
  })
  it('is not believed to fail where that test flakes, and is where another is red', () => {
    const of = (flakes: boolean): number[] =>
      ours.filter((run) => run.flakes === flakes).map(({ pFail }) => pFail)
    expect(mean(of(true))).toBeLessThan(0.4)
    expect(mean(of(false))).toBeGreaterThan(0.8)
  })
})
