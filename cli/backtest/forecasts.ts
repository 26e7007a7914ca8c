/**
 * Quality of the forecasts at fixed shares of the median passing duration as it was known then, over the runs alive
 * there that ended as pass or fail.
 *
 * Example: p .8 failed, p .4 passed, base .5 for both: Brier (.04 + .16) / 2 = .1, base .25, skill .6, AUC 1.
 */

import { bootstrap, columnOf, turned, weighted } from './bootstrap.ts'
import type { BootstrapOptions, Column, Figure, Weights } from './bootstrap.ts'
import { binEnds, calibratedRange, calibrationError } from './calibration.ts'
import type { Calibrated } from './calibration.ts'
import { brierSkill, logLoss } from './definitions.ts'
import type { CheckpointRun } from './checkpoints.ts'
import { auc, sortedBy } from './ranking.ts'
import type { Sorted } from './ranking.ts'

/** Resamples of statistics that need a walk over all runs. */
const WALKS = 200

/** Forecasts at one checkpoint. */
export interface ForecastMeasures {
  readonly n: number
  readonly failing: number
  readonly brier: Figure
  /** The same for the job's decayed base rate. */
  readonly baseBrier: Figure
  readonly skill: Figure
  /** Brier of the base rate minus ours, on the same resamples: above 0 is better. */
  readonly brierLead: Figure
  readonly logLoss: Figure
  readonly baseLogLoss: Figure
  readonly auc: Figure
  readonly baseAuc: Figure
  readonly calibrationError: Figure
  /** Null below 50 runs. */
  readonly calibrated: Calibrated | null
}

/** Measures of the forecasts of these runs, whose units are 0 to `units` - 1. */
export const forecastMeasures = (
  runs: readonly CheckpointRun[],
  units: number,
  options: BootstrapOptions,
): ForecastMeasures => {
  const unitOf = runs.map(({ unit }) => unit)
  const ours = ranked(runs, unitOf, ({ pFail }) => pFail)
  const base = ranked(runs, unitOf, (run) => run.base)
  const ends = binEnds(ours.sorted.values)
  const sums = sumsOf(runs)
  const { calibration, ...orders } = bootstrap(
    units,
    (weights) => ({
      auc: auc(ours.sorted, ours.failed, weights),
      baseAuc: auc(base.sorted, base.failed, weights),
      calibration: calibrationError(ours.sorted, ours.failed, ends, weights),
    }),
    { ...options, resamples: Math.min(WALKS, options.resamples) },
  )
  return {
    n: runs.length,
    failing: runs.filter(({ failed }) => failed).length,
    ...bootstrap(units, (weights) => scores(sums, weights), options),
    ...orders,
    calibrationError: turned(calibration),
    calibrated: calibratedRange(ours.sorted.values, ours.failed, ends, options.seed),
  }
}

const ranked = (
  runs: readonly CheckpointRun[],
  units: readonly number[],
  of: (run: CheckpointRun) => number,
): { readonly sorted: Sorted; readonly failed: Uint8Array } => {
  const sorted = sortedBy(runs.map(of), units)
  return {
    sorted,
    failed: Uint8Array.from(sorted.order, (place) => (runs[place]?.failed === true ? 1 : 0)),
  }
}

type Sums = Readonly<Record<'n' | 'brier' | 'base' | 'log' | 'baseLog', Column>>

const sumsOf = (runs: readonly CheckpointRun[]): Sums => {
  const column = (of: (run: CheckpointRun) => number): Column =>
    columnOf(runs.map((run) => [run.unit, of(run)]))
  return {
    n: column(() => 1),
    brier: column(({ pFail, failed }) => (pFail - Number(failed)) ** 2),
    base: column(({ base, failed }) => (base - Number(failed)) ** 2),
    log: column(({ pFail, failed }) => logLoss(pFail, failed)),
    baseLog: column(({ base, failed }) => logLoss(base, failed)),
  }
}

type ScoreName = 'brier' | 'baseBrier' | 'skill' | 'brierLead' | 'logLoss' | 'baseLogLoss'

const scores = (sums: Sums, weights: Weights): Record<ScoreName, number> => {
  const n = weighted(sums.n, weights)
  const [brier, baseBrier] = [weighted(sums.brier, weights) / n, weighted(sums.base, weights) / n]
  return {
    brier,
    baseBrier,
    skill: brierSkill(brier, baseBrier),
    brierLead: baseBrier - brier,
    logLoss: weighted(sums.log, weights) / n,
    baseLogLoss: weighted(sums.baseLog, weights) / n,
  }
}
