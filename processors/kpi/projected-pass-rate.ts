/**
 * projected_pass_rate: the pass rate if no run had failed for its infrastructure. Unit: ratio. Windows: 7 d, 14 d, by finish.
 * Assumes that every outcome `error` is the infrastructure's and that its run would have passed: an upper bound.
 * Source: Sippy.
 * Example: 6 passes, 3 failures, 1 error: 7 / 10 = .7, .3968 to .8922.
 */

import { classed, countEnds, endsOf } from './ends.ts'
import { EVERYWHERE, shareOf, WILSON, type KpiRow } from './row.ts'

export const projectedPassRate: KpiRow = {
  name: 'projected_pass_rate',
  unit: 'ratio',
  windows: ['7d', '14d'],
  dimensions: EVERYWHERE,
  doc: '(success + error) / (success + failure + error + timed-out)',
  interval: WILSON,
  counts: [countEnds],
  value: ({ runs }) => shareOf(endsOf(runs, 'success') + endsOf(runs, 'error'), classed(runs)),
}
