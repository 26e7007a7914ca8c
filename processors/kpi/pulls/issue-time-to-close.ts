/**
 * issue_time_to_close_p50, issue_time_to_close_p90: percentiles of the time from opening to close of the issues closed. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that a closed issue which is opened again was not closed.
 * Source: CHAOSS, AI4CI (Thoth support metrics).
 * Example: closed after 10 h: 10 h within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const issueTimeToCloseP50: PullKpiRow = {
  name: 'issue_time_to_close_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from opening to close of the issues closed',
  source: 'CHAOSS, AI4CI (Thoth support metrics)',
  value: (reading) => spanQuantile(reading, 'issueClose', 0.5),
}

export const issueTimeToCloseP90: PullKpiRow = {
  name: 'issue_time_to_close_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from opening to close of the issues closed',
  source: 'CHAOSS, AI4CI (Thoth support metrics)',
  value: (reading) => spanQuantile(reading, 'issueClose', 0.9),
}
