/**
 * pr_review_p50, pr_review_p90: percentiles of the time from the first review to the merge of the pulls merged. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that pulls without a review are left out.
 * Source: DevLake.
 * Example: reviewed after 3 h, merged after 5 h: 2 h within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const prReviewP50: PullKpiRow = {
  name: 'pr_review_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from the first review to the merge of the pulls merged',
  source: 'DevLake',
  value: (reading) => spanQuantile(reading, 'review', 0.5),
}

export const prReviewP90: PullKpiRow = {
  name: 'pr_review_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from the first review to the merge of the pulls merged',
  source: 'DevLake',
  value: (reading) => spanQuantile(reading, 'review', 0.9),
}
