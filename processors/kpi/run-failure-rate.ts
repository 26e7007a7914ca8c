/**
 * run_failure_rate: failed runs of any kind over runs with a class. Unit: ratio. Windows: 24 h, 7 d, 14 d, by finish.
 * Assumes as run_pass_rate, of which it is the complement.
 * Source: Sippy; AI4CI KPIs 7 and 8.
 * Example: 6 passes, 3 failures, 1 error, 2 aborted: 4 / 10 = .4, .1682 to .6873.
 */

import { classed, countEnds, failing } from './ends.ts'
import { EVERYWHERE, shareOf, WILSON, type KpiRow } from './row.ts'

export const runFailureRate: KpiRow = {
  name: 'run_failure_rate',
  unit: 'ratio',
  windows: ['24h', '7d', '14d'],
  dimensions: EVERYWHERE,
  doc: '(failure + error + timed-out) / (success + failure + error + timed-out)',
  interval: WILSON,
  counts: [countEnds],
  value: ({ runs }) => shareOf(failing(runs), classed(runs)),
}
