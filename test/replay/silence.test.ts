/** The hanging jobs of the demo: a run that stalls falls silent, and is believed to fail before its age says so. */

import { describe, expect, it } from 'vitest'
import { FORECASTING } from '../../cli/forecasting.ts'
import type { Effect, Processor } from '../../processors/processor.ts'
import { demoWorld } from '../../producers/demo/world.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Forecast, RunRef, Signal } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { DAY, HOUR } from '../support/facts.ts'

const T0 = Date.UTC(2026, 6, 20)
const DAYS = 6
/** By then each job has seen some twenty runs hang. */
const FROM = T0 + 3 * DAY
/** Later runs have not all ended. */
const UNTIL = T0 + (DAYS - 0.5) * DAY
const HANGING: ReadonlySet<string> = new Set(['soak', 'disruptive'])

/** The same pipeline, but that no silence is told. */
const DEAF = FORECASTING.map((processor): Processor => {
  if (processor.name !== 'pace') return processor
  const isSilence = (effect: Effect): boolean =>
    effect.kind === 'emit' &&
    effect.topic === 'ci.signals.v1' &&
    (effect.record as Signal).kind === 'silent'
  const step: Processor['step'] = (...args) =>
    processor.step(...args).filter((effect) => !isSilence(effect))
  return { ...processor, step }
})

const heardBy = (topology: readonly Processor[]) => {
  const world = demoWorld()
  const runtime = new EmbeddedRuntime(':memory:', topology)
  const forecasts = new Map<string, Forecast[]>()
  const silences = new Map<string, Signal>()
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic === 'ci.forecasts.v1') {
        const forecast = record as Forecast
        const key = runKey(forecast)
        forecasts.set(key, [...(forecasts.get(key) ?? []), forecast])
      }
      if (topic !== 'ci.signals.v1') continue
      const signal = record as Signal
      const key = runKey(signal)
      if (signal.kind === 'silent' && !silences.has(key)) silences.set(key, signal)
    }
  })
  const isOfThem = ({ record }: { readonly record: unknown }): boolean =>
    HANGING.has((record as RunRef).job)
  for (let at = T0; at < T0 + DAYS * DAY; at += HOUR)
    runtime.take(world.offersBetween(at, at + HOUR).filter(isOfThem), at + HOUR - 1)
  runtime.close()
  const runs = world
    .truths(FROM, UNTIL)
    .filter(({ job, startedAt }) => HANGING.has(job) && startedAt !== null)
  return { runs, forecasts, silences }
}

/** What a forecast said of a later instant, by age alone. */
const curveAt = ({ pFail, curveSeconds, curvePFail }: Forecast, seconds: number): number => {
  const knot = curveSeconds.findLastIndex((at) => at <= seconds)
  return curvePFail[knot] ?? pFail
}

describe('a hanging run of the demo', () => {
  const { runs, forecasts, silences } = heardBy(FORECASTING)
  const hanging = runs.filter(({ hangs, outcome }) => hangs && outcome === 'timedOut')

  it('is told to be silent, and hardly any other is', () => {
    expect(hanging.length).toBeGreaterThan(20)
    const isTold = (run: RunRef): boolean => silences.has(runKey(run))
    expect(hanging.filter(isTold)).toHaveLength(hanging.length)
    const others = runs.filter(({ hangs }) => !hangs)
    expect(others.filter(isTold).length).toBeLessThan(0.05 * others.length)
  })

  it('is then believed to fail more, by .3 in the mean, than age alone had said of that instant', () => {
    const gains = hanging.flatMap((run) => {
      const key = runKey(run)
      const at = silences.get(key)?.observedAt ?? 0
      const own = forecasts.get(key) ?? []
      const told = own.findIndex(({ observedAt, cause }) => observedAt === at && cause === 'signal')
      const [before, after] = [own[told - 1], own[told]]
      // A sign that had been seen before says more than silence does.
      if (before === undefined || after === undefined) return []
      return [after.pFail - curveAt(before, after.elapsedSeconds)]
    })
    expect(gains.length).toBeGreaterThan(0.8 * hanging.length)
    expect(Math.min(...gains)).toBeGreaterThan(0)
    expect(gains.reduce((sum, gain) => sum + gain, 0) / gains.length).toBeGreaterThan(0.3)
  })

  it('is believed to fail (.6) ten minutes sooner in the median, and never later, than where silence is not heard', () => {
    const deaf = heardBy(DEAF)
    expect(deaf.silences.size).toBe(0)
    const firstAt = (of: ReadonlyMap<string, Forecast[]>, run: RunRef): number =>
      of.get(runKey(run))?.find(({ pFail }) => pFail >= 0.6)?.elapsedSeconds ?? Infinity
    const sooner = hanging
      .map((run) => firstAt(deaf.forecasts, run) - firstAt(forecasts, run))
      .filter((seconds) => !Number.isNaN(seconds))
      .sort((a, b) => a - b)
    expect(sooner.length).toBeGreaterThan(0.8 * hanging.length)
    expect(sooner[Math.floor(sooner.length / 2)]).toBeGreaterThan(10 * 60)
    expect(sooner[0]).toBeGreaterThanOrEqual(0)
  })
})
