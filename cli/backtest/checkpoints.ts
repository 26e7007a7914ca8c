/** The checkpoints of collected runs, one checkpoint at a time. */

import { FIELDS } from './collector.ts'
import type { ScoredRun } from './collector.ts'

/** Shares of the median passing duration at which forecasts are judged. */
export const CHECKPOINTS = [0, 0.25, 0.5, 0.75, 1, 1.25] as const

/** A run that was alive at a checkpoint and ended as pass or fail. Times in seconds, NaN where unknown. */
export interface CheckpointRun {
  readonly unit: number
  readonly failed: boolean
  readonly pFail: number
  readonly base: number
  readonly remaining: number
  readonly remainingLow: number
  readonly remainingHigh: number
  readonly jenkins: number
  readonly actual: number
}

/** The runs alive at a share of the median, with what was forecast there. Censored runs have no class and are left out. */
export const runsAt = (runs: readonly ScoredRun[], at: number): CheckpointRun[] =>
  runs.flatMap((run) => {
    const from = placeOf(run.checkpoints, at)
    if (from === null || run.failed === null) return []
    const field = (name: (typeof FIELDS)[number]): number =>
      run.checkpoints[from + FIELDS.indexOf(name)] ?? NaN
    return {
      unit: run.unit,
      failed: run.failed,
      pFail: field('pFail'),
      base: field('base'),
      remaining: field('remaining'),
      remainingLow: field('remainingLow'),
      remainingHigh: field('remainingHigh'),
      jenkins: field('jenkins'),
      actual: run.durationSeconds === null ? NaN : field('actual'),
    }
  })

const placeOf = (checkpoints: Float64Array, at: number): number | null => {
  for (let from = 0; from < checkpoints.length; from += FIELDS.length)
    if (Math.abs((checkpoints[from] ?? NaN) - at) < 1e-9) return from
  return null
}
