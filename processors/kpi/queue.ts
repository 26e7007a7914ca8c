/**
 * queue_p50, queue_p95: percentiles of the wait from queued to started. Unit: seconds. Windows: 24 h, 7 d.
 * Placed by the finish of the run, as all else of a run. Read from buckets 5 % wide, so within 2.5 %.
 * Assumes that both instants are known; a run that never started has no wait.
 * Source: Datadog.
 * Example: waits of 10, 20, 30, 40, 50 s: median 30 s read within 2.5 %, no interval's end from so few runs: null.
 */

import { countQueues } from './ends.ts'
import { EVERYWHERE, ORDER_STATISTICS, quantileOf, type KpiRow } from './row.ts'

const row = (percent: number): KpiRow => ({
  name: `queue_p${percent}`,
  unit: 'seconds',
  windows: ['24h', '7d'],
  dimensions: EVERYWHERE,
  doc: `${percent}th percentile of queued to started`,
  interval: ORDER_STATISTICS,
  counts: [countQueues],
  value: ({ runs }) => quantileOf(runs, 'queue', percent / 100),
})

export const queue: readonly KpiRow[] = [row(50), row(95)]
