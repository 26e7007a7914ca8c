/**
 * timeout_rate: runs that ran into a time limit over runs with a class. Unit: ratio. Windows: 24 h, 7 d, 14 d, by finish.
 * Assumes that the source tells a time-out from a failure; where it does not, this is a lower bound.
 * Source: AI4CI KPIs 3 and 4, there over all cells.
 * Example: 6 passes, 3 failures, 1 timed-out: 1 / 10 = .1, .0179 to .4042.
 */

import { classed, countEnds, endsOf } from './ends.ts'
import { EVERYWHERE, shareOf, WILSON, type KpiRow } from './row.ts'

export const timeoutRate: KpiRow = {
  name: 'timeout_rate',
  unit: 'ratio',
  windows: ['24h', '7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'timed-out / (success + failure + error + timed-out)',
  interval: WILSON,
  counts: [countEnds],
  value: ({ runs }) => shareOf(endsOf(runs, 'timedOut'), classed(runs)),
}
