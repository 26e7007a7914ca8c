/**
 * retest_waste: seconds of runs that were run again over seconds of all runs of pulls. Unit: ratio. Windows: 7 d, 30 d,
 * by the last end of the job on the commit. Assumes that only the last run of a job on a commit was of use.
 * Source: Sippy retests; ICSE 2024.
 * Example: runs of 100 s and 300 s of one job on one commit, in this order: 100 / 400 = .25; n is runs.
 */

import { NOTHING } from '../row.ts'
import { sumOf, WINDOWED, type PullKpiRow } from './row.ts'

export const retestWaste: PullKpiRow = {
  name: 'retest_waste',
  unit: 'ratio',
  windows: WINDOWED,
  doc: 'seconds of runs of one job on one commit before the last / seconds of all runs of pulls',
  source: 'Sippy',
  value: (reading) => {
    const [wasted, all] = [sumOf(reading, 'run/wastedMs') / 1000, sumOf(reading, 'run/ms') / 1000]
    if (all <= 0) return NOTHING
    const n = sumOf(reading, 'run/n')
    return { ...NOTHING, value: wasted / all, numerator: wasted, denominator: all, n }
  },
}
