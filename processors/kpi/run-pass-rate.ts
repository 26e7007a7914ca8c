/**
 * run_pass_rate: passing runs over runs with a class. Unit: ratio. Windows: 24 h, 7 d, 14 d, placed by finish.
 * Assumes that aborted, skipped and unknown ends say nothing about the change: they are left out, never green.
 * Source: Sippy; AI4CI KPIs 5 to 8, whose denominator held runs that never ran.
 * Example: 6 passes, 3 failures, 1 error, 2 aborted: 6 / 10 = .6, .3127 to .8318.
 */

import { classed, countEnds, endsOf } from './ends.ts'
import { EVERYWHERE, shareOf, WILSON, type KpiRow } from './row.ts'

export const runPassRate: KpiRow = {
  name: 'run_pass_rate',
  unit: 'ratio',
  windows: ['24h', '7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'success / (success + failure + error + timed-out)',
  interval: WILSON,
  counts: [countEnds],
  value: ({ runs }) => shareOf(endsOf(runs, 'success'), classed(runs)),
}
