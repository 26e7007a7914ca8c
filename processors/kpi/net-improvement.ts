/**
 * net_improvement: pass rate of the last 7 d minus that of the 7 d before. Unit: ratio points. Window: 7 d, by finish.
 * Assumes independent runs; null unless both weeks have a run with a class.
 * Source: Sippy; AI4CI KPI 9, never computed there. Interval: Newcombe 1998, method 10, from the two Wilson intervals.
 * Example: 8 of 10 after 5 of 10: .3, −.1067 to .5999, n 20.
 */

import { newcombe } from '../../schemas/measures.ts'
import { classed, countEnds, endsOf } from './ends.ts'
import { EVERYWHERE, NOTHING, type KpiRow, type Value } from './row.ts'

/** The difference of two shares as the value of a KPI; nothing where one of them was not heard of. */
export const differenceOf = (
  passes: number,
  runs: number,
  oldPasses: number,
  oldRuns: number,
): Value =>
  runs <= 0 || oldRuns <= 0
    ? NOTHING
    : { ...NOTHING, ...newcombe([passes, runs], [oldPasses, oldRuns]), n: runs + oldRuns }

export const netImprovement: KpiRow = {
  name: 'net_improvement',
  unit: 'ratio points',
  windows: ['7d'],
  dimensions: EVERYWHERE,
  doc: 'run_pass_rate of the last 7 d − run_pass_rate of the 7 d before',
  interval: 'Newcombe 95 %',
  counts: [countEnds],
  value: ({ runs, fortnight }) => {
    const passes = endsOf(runs, 'success')
    const all = classed(runs)
    return differenceOf(
      passes,
      all,
      endsOf(fortnight, 'success') - passes,
      classed(fortnight) - all,
    )
  },
}
