/**
 * time_to_merge_p50, time_to_merge_p90: percentiles of the time from opening to merge of the pulls merged. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that the instant of opening is told with the merge, if it was not heard.
 * Source: DevLake, AI4CI.
 * Example: pulls merged after 1, 2, 3 and 40 h: median 2 h, 90th percentile 40 h, each within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const timeToMergeP50: PullKpiRow = {
  name: 'time_to_merge_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from opening to merge of the pulls merged',
  source: 'DevLake, AI4CI',
  value: (reading) => spanQuantile(reading, 'merge', 0.5),
}

export const timeToMergeP90: PullKpiRow = {
  name: 'time_to_merge_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from opening to merge of the pulls merged',
  source: 'DevLake, AI4CI',
  value: (reading) => spanQuantile(reading, 'merge', 0.9),
}
