/**
 * abort_rate: aborted runs over runs that ended in a known way. Unit: ratio. Windows: 24 h, 7 d, 14 d, by finish.
 * Assumes that a skipped run never ran; one that ended as unknown is in neither part.
 * Source: Prow.
 * Example: 6 passes, 2 failures, 2 aborted, 5 skipped: 2 / 10 = .2, .0567 to .5098.
 */

import { classed, countEnds, endsOf } from './ends.ts'
import { EVERYWHERE, shareOf, WILSON, type KpiRow } from './row.ts'

export const abortRate: KpiRow = {
  name: 'abort_rate',
  unit: 'ratio',
  windows: ['24h', '7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'aborted / (success + failure + error + timed-out + aborted)',
  interval: WILSON,
  counts: [countEnds],
  value: ({ runs }) => {
    const aborted = endsOf(runs, 'aborted')
    return shareOf(aborted, classed(runs) + aborted)
  },
}
