/**
 * time_to_first_signal_p50, time_to_first_signal_p90: percentiles of the time from a push to the first failing run of its commit or, where none failed before the end of the pull, to its last run. Unit: seconds. Windows: 7 d, 30 d.
 * Read from buckets 5 % wide, so within 2.5 %. Assumes that the newest push of a pull counts, and pushes that were never heard of say nothing.
 * Source: metalbear-co/mirrord 4710.
 * Example: pushed at 0, runs end well after 10 min and badly after 30 min: 30 min within 2.5 %.
 */

import { spanQuantile, WINDOWED, type PullKpiRow } from './row.ts'

export const timeToFirstSignalP50: PullKpiRow = {
  name: 'time_to_first_signal_p50',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '50th percentile of the time from a push to the first failing run of its commit or, where none failed before the end of the pull, to its last run',
  source: 'metalbear-co/mirrord 4710',
  value: (reading) => spanQuantile(reading, 'signal', 0.5),
}

export const timeToFirstSignalP90: PullKpiRow = {
  name: 'time_to_first_signal_p90',
  unit: 'seconds',
  windows: WINDOWED,
  doc: '90th percentile of the time from a push to the first failing run of its commit or, where none failed before the end of the pull, to its last run',
  source: 'metalbear-co/mirrord 4710',
  value: (reading) => spanQuantile(reading, 'signal', 0.9),
}
