/**
 * staleness: seconds since the last finish. Unit: seconds. Window: now. The numerator is the instant of that finish in
 * milliseconds, so that a reader can take the age at any later instant; the denominator is the 95th percentile of the time
 * between finishes over 14 d: above it the job is quieter than it usually is. n is the number of such gaps.
 * Assumes finishes of any outcome. Source: TestGrid's stale tabs.
 * Example: finishes every 600 s, the last 1,800 s ago: 1,800 over about 600, n 20 after 21 finishes.
 */

import { quantile } from './histogram.ts'
import { NONE, NOTHING, type KpiRow } from './row.ts'

export const staleness: KpiRow = {
  name: 'staleness',
  unit: 'seconds',
  windows: ['now'],
  dimensions: ['job'],
  doc: 'now − last finish; the numerator is that finish in ms, the denominator the 95th percentile of gaps between finishes',
  interval: NONE,
  counts: [],
  value: ({ gauges: { asOf, lastFinishAt }, fortnight }) => {
    if (lastFinishAt === null) return NOTHING
    const gap = quantile(fortnight, 'gap', 0.95)
    return {
      ...NOTHING,
      value: Math.max(0, asOf - lastFinishAt) / 1000,
      numerator: lastFinishAt,
      denominator: gap.value,
      n: gap.n,
    }
  },
}
