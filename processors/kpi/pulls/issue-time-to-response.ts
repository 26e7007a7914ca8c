/**
 * issue_time_to_response_p50, issue_time_to_response_p90: percentiles of the time from opening an issue to the first comment by somebody else. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that bots do not answer.
 * Source: CHAOSS.
 * Example: opened at 0, answered after 2 h: 2 h within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const issueTimeToResponseP50: PullKpiRow = {
  name: 'issue_time_to_response_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from opening an issue to the first comment by somebody else',
  source: 'CHAOSS',
  value: (reading) => spanQuantile(reading, 'issueResponse', 0.5),
}

export const issueTimeToResponseP90: PullKpiRow = {
  name: 'issue_time_to_response_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from opening an issue to the first comment by somebody else',
  source: 'CHAOSS',
  value: (reading) => spanQuantile(reading, 'issueResponse', 0.9),
}
