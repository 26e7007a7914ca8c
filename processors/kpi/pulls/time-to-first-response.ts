/**
 * time_to_first_response_p50, time_to_first_response_p90: percentiles of the time from opening a pull to the first review or comment by somebody else. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that bots do not answer.
 * Source: CHAOSS, AI4CI (Thoth support metrics).
 * Example: opened at 0, a bot comments after 1 min, somebody else after 3 h: 3 h within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const timeToFirstResponseP50: PullKpiRow = {
  name: 'time_to_first_response_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from opening a pull to the first review or comment by somebody else',
  source: 'CHAOSS, AI4CI (Thoth support metrics)',
  value: (reading) => spanQuantile(reading, 'response', 0.5),
}

export const timeToFirstResponseP90: PullKpiRow = {
  name: 'time_to_first_response_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from opening a pull to the first review or comment by somebody else',
  source: 'CHAOSS, AI4CI (Thoth support metrics)',
  value: (reading) => spanQuantile(reading, 'response', 0.9),
}
