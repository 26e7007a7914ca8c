/**
 * average_retests_to_merge: failed runs of a pull before its merge, on average. Unit: runs. Windows: 7 d, 30 d.
 * retests_per_merge: runs again of a job on the commit that was merged, on average.
 * Both over merged pulls of which a run was heard. Aborted runs are no failures. Assumes that runs tell their pull.
 * Source: Sippy (average retests to merge); kubevirt/ci-health counts the comments that ask for them.
 * Example: a pull with 3 runs of one job on its last commit, 2 of them failed: 2 and 2.
 */

import { meanOf, NOTHING, type Value } from '../row.ts'
import { sumOf, type PullReading, WINDOWED, type PullKpiRow } from './row.ts'

const perMerge = (sum: number, reading: PullReading): Value => {
  const n = sumOf(reading, 'merged/withChecks')
  return n === 0 ? NOTHING : { ...NOTHING, value: sum / n, numerator: sum, denominator: n, n }
}

export const averageRetestsToMerge: PullKpiRow = {
  name: 'average_retests_to_merge',
  unit: 'runs',
  windows: WINDOWED,
  doc: 'failed runs of merged pulls / merged pulls with runs',
  source: 'Sippy',
  value: (reading) => perMerge(sumOf(reading, 'merged/failures'), reading),
}

export const retestsPerMerge: PullKpiRow = {
  name: 'retests_per_merge',
  unit: 'runs',
  windows: WINDOWED,
  doc: 'runs of a job on the merged commit beyond the first / merged pulls with runs',
  source: 'kubevirt/ci-health',
  value: (reading) =>
    meanOf(
      sumOf(reading, 'merged/reruns'),
      sumOf(reading, 'merged/reruns2'),
      sumOf(reading, 'merged/withChecks'),
    ),
}
