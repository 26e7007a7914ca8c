/** Types of the stopping processor's cells. */

import type { Checkpoint, Level, RunRef } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import type { ChangeCount } from './changes.ts'
import { emptySample, type DurationSample } from './density/sample.ts'
import type { Starts } from './heed.ts'
import type { TestsOfRun } from './red-tests.ts'
import type { SignCounts } from './signs.ts'
import type { Wait } from './waiting.ts'
import { emptyHistory, type History } from './history.ts'

/** A checkpoint that has been passed; what actually remained is known at the end. */
export type PassedCheckpoint = Omit<Checkpoint, 'actual'> & {
  elapsed: number
  /** What stops rest on: the chance to fail before it is drawn in. */
  belief: number
  /** What the job learns its slopes from (`slopes.ts`), empty once a bad sign was seen. */
  point: readonly number[]
  /** What it learns its heed from (`heed.ts`), null once a bad sign was seen. */
  starts: Starts | null
}

/** A run that is running. Seconds count from its start. */
export interface RunningRun extends RunRef, Wait, TestsOfRun {
  startedAt: number
  group: string | null
  labels: Record<string, string>
  /** As last published. */
  pFail: number
  level: Level | null
  isAlerting: boolean
  /** True once it was said that it may hang. */
  mayHang: boolean
  /** What it runs on (`head.ts`). */
  head: number
  /** Pull request or branch, and how the job did on it before, as of the start of the run. */
  change: string | null
  changeFailures: number
  changeRuns: number
  /** Failures among the ended siblings of the group beyond what was expected of them. */
  siblings: number
  /** Weight of the troubles of the place where it runs. */
  trouble: number
  /** Terms of a forecast early in the run: what the community learns from. */
  terms: number[]
  /** Log likelihood of the model minus that of the formula, summed over checkpoints, for either end. */
  leadIfFailed: number
  leadIfPassed: number
  /** First failed step or red test. */
  signSeconds: number | null
  /** Steps that failed so far, and red tests. */
  signs: string[]
  /** Steps that take longer than they did in 99 of 100 passes of theirs. */
  late: string[]
  /** Whether it was ever silent for longer than 99 in 100 of its passes, and whether it is now. */
  wasSilent: boolean
  isSilent: boolean
  /** Highest belief at which a stop would have paid off, and whether our rule wanted one, by ground. */
  peaks: number[]
  wanted: boolean[]
  /** True once a step began that a stop must leave running. */
  isClosing: boolean
  /** When our rule first said to stop it. */
  stopSeconds: number | null
  /** Share of runs like it that is left to its end at least, as of then. */
  leastKept: number
  /** True while a stop of it is under way, and once it was carried out. */
  isActed: boolean
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

export const historyOf = (cells: Cells): History =>
  (cells.get('history') as History | undefined) ?? emptyHistory()
/** How often runs with this very test red still passed. */
export const testsOf = (cells: Cells): SignCounts =>
  (cells.get('tests') as { tests: SignCounts } | undefined)?.tests ?? {}
export const changesOf = (cells: Cells): readonly ChangeCount[] =>
  (cells.get('changes') as { changes: ChangeCount[] } | undefined)?.changes ?? []
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
export interface OpenRuns {
  runs: readonly string[]
  /** Running runs that were stopped without a failed step: their ends tell whether the job was mended. */
  stopped: readonly string[]
}
const NONE_OPEN: OpenRuns = { runs: [], stopped: [] }
export const openRuns = (cells: Cells): OpenRuns =>
  (cells.get('open') as OpenRuns | undefined) ?? NONE_OPEN
export const putOpenRuns = (cells: Cells, open: OpenRuns): void => {
  if (open.runs.length === 0 && open.stopped.length === 0) cells.delete('open')
  else cells.put('open', open)
}
