/** Types of the stopping processor's cells. */

import type { Checkpoint, Level, RunRef } from '../../schemas/events.ts'
import { runName } from '../../schemas/keys.ts'
import type { Cells } from '../processor.ts'
import { emptySample, type DurationSample } from './density/sample.ts'
import { emptyHistory, type History } from './history.ts'

/** A checkpoint that has been passed; what actually remained is known at the end. */
export type PassedCheckpoint = Omit<Checkpoint, 'actual'> & { elapsed: number }

/** A run that is running. Seconds count from its start. */
export interface RunningRun extends RunRef {
  startedAt: number
  group: string | null
  labels: Record<string, string>
  /** As last published. */
  pFail: number
  level: Level | null
  isAlerting: boolean
  /** First failed step or red test. */
  signSeconds: number | null
  /** When our rule first wanted to stop it, when it did so on a bad sign, and when it first said so. */
  shadowSeconds: number | null
  shadowSignSeconds: number | null
  stopSeconds: number | null
  /** True once a forecast was given with advice. */
  watched: boolean
  /** Checkpoints still to come. */
  dueSeconds: number[]
  checkpoints: PassedCheckpoint[]
  /** Stops of the baselines that were known at the start. */
  baselines: Record<string, number>
}
/** What the density baselines said at the last fit. */
export interface DensityStops {
  family: string | null
  stopSeconds: number | null
  compatStopSeconds: number | null
  /** Densities in 1/s at the starts of the duration buckets from this one on. */
  fromBucket: number
  passDensity: number[]
  failDensity: number[]
}

export const runCell = (run: Pick<RunRef, 'runId' | 'attempt'>): string => `run/${runName(run)}`
export const historyOf = (cells: Cells): History =>
  (cells.get('history') as History | undefined) ?? emptyHistory()
export const sampleOf = (cells: Cells): DurationSample =>
  (cells.get('sample') as DurationSample | undefined) ?? emptySample()
export const fitOf = (cells: Cells): DensityStops =>
  (cells.get('fit') as DensityStops | undefined) ?? {
    family: null,
    stopSeconds: null,
    compatStopSeconds: null,
    fromBucket: 0,
    passDensity: [],
    failDensity: [],
  }

/** Runs that are looked at again when the job's history changes: the oldest ones, so that a burst costs no more than this. */
export const MAX_OPEN = 20
export const openRuns = (cells: Cells): readonly string[] =>
  (cells.get('open') as { runs: string[] } | undefined)?.runs ?? []
export const putOpenRuns = (cells: Cells, runs: readonly string[]): void => {
  if (runs.length === 0) cells.delete('open')
  else cells.put('open', { runs: [...runs] })
}
