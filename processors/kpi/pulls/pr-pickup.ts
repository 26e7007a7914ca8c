/**
 * pr_pickup_p50, pr_pickup_p90: percentiles of the time from opening to the first review by somebody else. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that a review by a bot or the author is none.
 * Source: DevLake.
 * Example: opened at 0, reviewed by the author after 1 h and by somebody else after 3 h: 3 h within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const prPickupP50: PullKpiRow = {
  name: 'pr_pickup_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from opening to the first review by somebody else',
  source: 'DevLake',
  value: (reading) => spanQuantile(reading, 'pickup', 0.5),
}

export const prPickupP90: PullKpiRow = {
  name: 'pr_pickup_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from opening to the first review by somebody else',
  source: 'DevLake',
  value: (reading) => spanQuantile(reading, 'pickup', 0.9),
}
