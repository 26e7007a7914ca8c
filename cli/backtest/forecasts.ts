/**
 * Quality of the forecasts at fixed shares of the median passing duration as it was known then, over the runs alive
 * there that ended as pass or fail.
 *
 * Example: p .8 failed, p .4 passed, base .5 for both: Brier (.04 + .16) / 2 = .1, base .25, skill .6, AUC 1.
 */

import { brierSkill } from '../../schemas/measures.ts'
import { bootstrap, columnOf, drawsAmong, turned, weighted } from './bootstrap.ts'
import type { Column, Draws, Figure, Weights } from './bootstrap.ts'
import { binEnds, calibratedRange, calibrationError } from './calibration.ts'
import type { Calibrated } from './calibration.ts'
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

/** Measures of the forecasts of these runs, whose units are those of the draws. */
export const forecastMeasures = (runs: readonly CheckpointRun[], all: Draws): ForecastMeasures => {
  const unitOf = runs.map(({ unit }) => unit)
  const draws = drawsAmong(all, unitOf)
  const ours = ranked(runs, unitOf, ({ pFail }) => pFail)
  const base = ranked(runs, unitOf, (run) => run.base)
  const ends = binEnds(ours.sorted.values)
  const sums = sumsOf(runs)
  const { calibration, ...orders } = bootstrap(
    draws,
    (weights) => ({
      auc: auc(ours.sorted, ours.failed, weights),
      baseAuc: auc(base.sorted, base.failed, weights),
      calibration: calibrationError(ours.sorted, ours.failed, ends, weights),
    }),
    WALKS,
  )
  return {
    n: runs.length,
    failing: runs.filter(({ failed }) => failed).length,
    ...bootstrap(draws, (weights) => scores(sums, weights)),
    ...orders,
    calibrationError: turned(calibration),
    calibrated: calibratedRange(ours.sorted.values, ours.failed, ends, draws.seed),
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

const scores = (sums: Sums, weights: Weights): Record<ScoreName, number | null> => {
  const n = weighted(sums.n, weights)
  const mean = (column: Column): number | null => (n > 0 ? weighted(column, weights) / n : null)
  const [brier, baseBrier] = [mean(sums.brier), mean(sums.base)]
  const isKnown = brier !== null && baseBrier !== null
  return {
    brier,
    baseBrier,
    skill: isKnown ? brierSkill({ brier, baseBrier }) : null,
    brierLead: isKnown ? baseBrier - brier : null,
    logLoss: mean(sums.log),
    baseLogLoss: mean(sums.baseLog),
  }
}

/** Chances are held at least this far from 0 and 1, or one sure error would be all there is. */
const NEVER_SURE = 1e-6

/** -ln of the chance that was given to what happened. Example: .8 and failed is .223. */
const logLoss = (pFail: number, failed: boolean): number =>
  -Math.log(Math.max(NEVER_SURE, failed ? pFail : 1 - pFail))
