/** History under other policies: the replay of schemas/what-if.ts over the runs of a back-test. */

import { falseStopRate, precision, recall } from '../../schemas/measures.ts'
import { createReplay, type PastRun, type WhatIfPoint } from '../../schemas/what-if.ts'
import { FIELDS, type ScoredRun } from './collector.ts'
import type { Measure } from '../../schemas/events.ts'
import { FALSE_STOP_BOUND } from './rules.ts'

/** 0: the threshold alone decides. 1: a rerun. 2: as much again for the delay, as our rule charges. */
const COSTS = [0, 1, 2] as const

/** One policy at every threshold. */
export interface CostCurve {
  readonly falseStopReruns: number
  readonly points: readonly WhatIfPoint[]
}

/** The curve of each cost of a false stop, without a precision floor. */
export const costCurves = (runs: readonly ScoredRun[]): CostCurve[] => {
  const past = runs.map(pastRunOf).sort((a, b) => a.startMs - b.startMs)
  return COSTS.map((falseStopReruns) => {
    const replay = createReplay({ falseStopReruns, precisionFloor: 0, leastSavedSeconds: 0 })
    for (const run of past) replay.add(run)
    return { falseStopReruns, points: replay.result().points }
  })
}

const place = (field: (typeof FIELDS)[number]): number => FIELDS.indexOf(field)

const pastRunOf = ({ job, failed, durationSeconds, ...run }: ScoredRun): PastRun => ({
  run: '',
  job: String(job),
  failed,
  durationSeconds,
  startMs: run.startMs ?? run.heardMs,
  heardMs: run.heardMs,
  forecasts: durationSeconds === null ? [] : forecastsOf(run.checkpoints, durationSeconds),
  stops: [],
})

const forecastsOf = (packed: Float64Array, durationSeconds: number): PastRun['forecasts'] =>
  Array.from({ length: packed.length / FIELDS.length }, (_, i) => {
    const at = (field: (typeof FIELDS)[number]): number =>
      packed[i * FIELDS.length + place(field)] ?? NaN
    return {
      elapsedSeconds: durationSeconds - at('actual'),
      pFail: at('pFail'),
      remainingSeconds: at('remaining'),
    }
  }).filter(({ remainingSeconds }) => !Number.isNaN(remainingSeconds))

/** Whether a policy stops more passing runs than a net may count with. */
export const isOverBound = (passing: number, point: WhatIfPoint): boolean =>
  (falseStopRate({ passing }, point).value ?? 0) > FALSE_STOP_BOUND

export interface PrecisionAtRecall {
  readonly recall: number
  readonly precision: number
}
/** Precision and recall of plain thresholds, where anything is stopped. */
export const recallCurve = (
  curves: readonly CostCurve[],
  whole: Pick<Measure, 'failedSeconds'>,
): PrecisionAtRecall[] =>
  (curves.find(({ falseStopReruns }) => falseStopReruns === 0)?.points ?? []).flatMap((point) => {
    const { value } = precision(point)
    const share = recall(whole, point)
    return value === null || share === null ? [] : [{ recall: share, precision: value }]
  })
