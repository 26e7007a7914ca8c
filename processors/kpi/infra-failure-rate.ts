/**
 * infra_failure_rate: runs that failed for their infrastructure over runs with a class. Unit: ratio. Windows: 24 h, 7 d, 14 d.
 * Assumes that the source says `error` where the run and not the change failed (Prow does; GitHub says startup_failure).
 * Source: Sippy.
 * Example: 6 passes, 3 failures, 1 error: 1 / 10 = .1, .0179 to .4042.
 */

import { classed, countEnds, endsOf } from './ends.ts'
import { EVERYWHERE, shareOf, WILSON, type KpiRow } from './row.ts'

export const infraFailureRate: KpiRow = {
  name: 'infra_failure_rate',
  unit: 'ratio',
  windows: ['24h', '7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'error / (success + failure + error + timed-out)',
  interval: WILSON,
  counts: [countEnds],
  value: ({ runs }) => shareOf(endsOf(runs, 'error'), classed(runs)),
}
