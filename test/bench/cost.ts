/** What one forecast and one fit of the density baseline cost. */

import { join } from 'node:path'
import { MODEL_FEATURES } from '../../cli/models.ts'
import { basisOf } from '../../processors/stopping/basis.ts'
import { fitCompat } from '../../processors/stopping/density/compat.ts'
import { fitDensity } from '../../processors/stopping/density/fit.ts'
import { KEPT_DURATIONS } from '../../processors/stopping/density/sample.ts'
import { remainingAt, type Seen } from '../../processors/stopping/forecast.ts'
import { emptyHistory, remember, type History } from '../../processors/stopping/history.ts'
import { featuresOf, type Instant } from '../../processors/stopping/features.ts'
import { NO_LEAD } from '../../processors/stopping/lead.ts'
import { additionOf } from '../../processors/stopping/model.ts'
import { NO_POLICY } from '../../schemas/policy.ts'
import { judge, type Standing } from '../../processors/stopping/rule.ts'
import type { RunningRun } from '../../processors/stopping/state.ts'
import type { View } from '../../processors/stopping/view.ts'
import { loadModels } from '../../runtime/models/registry.ts'
import type { Figure } from './figures.ts'
import { random } from './load.ts'
import { shortest, type BenchCase } from './setting.ts'

const chance = random(5)
/** Skewed durations around a mean, in seconds. */
const durationsOf = (count: number, meanSeconds: number): number[] =>
  Array.from({ length: count }, () => meanSeconds * (0.5 - 0.5 * Math.log(1 - chance())))

const historyOf = (runs: number): History => {
  let history = emptyHistory()
  for (let run = 0; run < runs; run += 1) {
    const failed = run % 4 === 0
    const [durationSeconds = 0] = durationsOf(1, failed ? 1_500 : 600)
    const signSeconds = failed ? durationSeconds * 0.8 : null
    const signs = failed ? ['step'] : []
    history = remember(history, {
      failed,
      startedAt: run * 3_600_000,
      head: run,
      durationSeconds,
      isCut: false,
      signSeconds,
      signs,
    })
  }
  return history
}
const STANDING: Standing = {
  ownRuns: 30,
  skillRuns: 30,
  skillOurs: 3,
  skillBase: 4,
  skillSquares: 0.1,
  stopAt: [0.92, 0.92, 0.92],
  stopsAtOnce: 3,
  isContradicted: [false, false, false],
  isWaiting: false,
  isStopped: false,
  isAdrift: false,
  isClosing: false,
  policy: NO_POLICY,
}

const microseconds = (name: string, calls: number, call: (index: number) => unknown): Figure => {
  let kept: unknown
  const seconds = shortest(() => {
    for (let index = 0; index < calls; index += 1) kept = call(index)
  })
  if (kept === undefined) throw new Error(`${name} gave nothing`)
  return { name, value: (seconds / calls) * 1e6, unit: 'µs' }
}

export const forecast: BenchCase = ({ isQuick }) => {
  const calls = isQuick ? 1_000 : 50_000
  const history = historyOf(100)
  const basis = basisOf(history, [])
  const seen = (index: number): Seen => ({
    elapsedSeconds: index % 2_000,
    signSeconds: null,
    sign: null,
    rate: basis.rate,
  })
  return [
    microseconds('history prepared for forecasts', calls / 10, () => basisOf(history, [])),
    microseconds('chance, advice and expected saving', calls, (i) =>
      judge(basis, seen(i), STANDING),
    ),
    microseconds('remaining time with its quantiles', calls, (i) => remainingAt(basis, seen(i))),
  ]
}

/** What the shipped model costs a forecast that listens to it. */
export const model: BenchCase = ({ isQuick }) => {
  const calls = isQuick ? 1_000 : 50_000
  const { models } = loadModels(join(import.meta.dirname, '../../models'), MODEL_FEATURES)
  const asked = models['stopping']
  if (asked === undefined) throw new Error('no model is in service')
  const history = historyOf(100)
  const basis = basisOf(history, [])
  const view = { history, basis, harmless: 0.1, model: asked, pooledLead: NO_LEAD } as View
  const run = { change: 'main', signs: [], startedAt: 3_600_000 } as unknown as RunningRun
  const terms = { streak: 2, changeFailures: 1, changeRuns: 2, siblings: 0.5 }
  const known = { rate: basis.rate, ...terms, strain: 0.1, isRetry: false, trouble: 0 }
  const instant = (index: number): Instant => ({
    ...{ run, view, known, formula: 0.2 },
    seen: { elapsedSeconds: index % 2_000, signSeconds: null, sign: null, rate: basis.rate },
  })
  return [
    microseconds('features of a run', calls, (i) => featuresOf(instant(i))),
    microseconds('features and what the model says', calls, (i) => additionOf(instant(i), true)),
  ]
}

export const density: BenchCase = ({ isQuick }) => {
  const calls = isQuick ? 2 : 20
  const passes = durationsOf(KEPT_DURATIONS, 600)
  const failures = durationsOf(KEPT_DURATIONS, 1_500)
  const sizeText = `${KEPT_DURATIONS} + ${KEPT_DURATIONS} durations`
  return [
    microseconds(`density fit of all families, ${sizeText}`, calls, () =>
      fitDensity(passes, failures, 0.3),
    ),
    microseconds(`density fit as published, ${sizeText}`, calls, () => fitCompat(passes, failures)),
  ]
}
