/** THE table of trainers: for each model the table that the pipeline writes, and the script that fits it. */

import { writeFeatureTable } from './feature-table.ts'
import { writeLineTable } from './line-table.ts'
import { writeMergeTable } from './merge-table.ts'
import type { TrainingSet } from './sets.ts'

interface Trainer {
  readonly script: string
  /** Writes the training table of the sets into a folder. */
  readonly writeTable: (
    sets: readonly TrainingSet[],
    folder: string,
    signal: AbortSignal,
  ) => Promise<unknown>
}
export const TRAINERS: Readonly<Record<string, Trainer>> = {
  stopping: { script: 'stopping.py', writeTable: writeFeatureTable },
  'merge-time': { script: 'merge_time.py', writeTable: writeMergeTable },
  'failure-kind': { script: 'failure_kind.py', writeTable: writeLineTable },
}
