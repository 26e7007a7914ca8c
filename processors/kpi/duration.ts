/**
 * duration_<quantile>_<class>: 50th, 95th and 99th percentile of start to finish, of passing and of failing runs apart.
 * Unit: seconds. Windows: 24 h, 7 d, by finish. Read from buckets 5 % wide, so within 2.5 % of the sample quantile.
 * Assumes that start and finish are known (else the run is not in n) and says nothing of aborted, skipped and unknown ends.
 * Source: Datadog, GitLab; AI4CI KPI 25, a mean over all outcomes.
 * Example: passes of 1 to 100 minutes, one each: median 50 min read as 2,994 s ± 2.5 %, 40 to 61 min widened to buckets.
 */

import { countDurations } from './ends.ts'
import { EVERYWHERE, ORDER_STATISTICS, quantileOf, type KpiRow } from './row.ts'

const row = (percent: number, of: 'pass' | 'fail'): KpiRow => ({
  name: `duration_p${percent}_${of}`,
  unit: 'seconds',
  windows: ['24h', '7d'],
  dimensions: EVERYWHERE,
  doc: `${percent}th percentile of start to finish of ${of}ing runs`,
  interval: ORDER_STATISTICS,
  counts: [countDurations],
  value: ({ runs }) => quantileOf(runs, of, percent / 100),
})

export const duration: readonly KpiRow[] = [
  row(50, 'pass'),
  row(95, 'pass'),
  row(99, 'pass'),
  row(50, 'fail'),
  row(95, 'fail'),
  row(99, 'fail'),
]
