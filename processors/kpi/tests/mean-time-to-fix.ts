/**
 * mean_time_to_fix: from the first failing run of a streak to the pass that closed it / such streaks. Unit: seconds.
 * Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that only a pass fixes; open streaks are left out, tests that never failed too.
 * Source: AI4CI KPI 16. As published there: mean over all tests of the mean milliseconds of their streaks, open ones
 * to the newest run, 0 where none.
 * Example (reading.ts): 10800, as published 4050000.
 */

import { meanOf } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const meanTimeToFix: TestKpiRow = {
  name: 'mean_time_to_fix',
  unit: 'seconds',
  ai4ci: 16,
  windows: WINDOWED,
  doc: 'from the first failing run of a streak to the pass that closed it / such streaks',
  compatDoc:
    'mean over all tests of the mean milliseconds of their streaks, open ones to the newest run, 0 where none',
  example: [10800, 4050000],
  value: ({ fixes }) => meanOf(fixes.seconds, fixes.seconds2, fixes.all),
  compat: ({ segmentMs, tests }) => (tests === 0 ? null : segmentMs / tests),
}
