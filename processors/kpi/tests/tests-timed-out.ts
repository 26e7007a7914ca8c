/**
 * tests_timed_out: results that the source calls timed out. Unit: results. Window: 7 d, 30 d, by when a run was first
 * heard.
 * Assumes that the source tells timed out from failed (TestGrid does); builds that timed out are timeout_rate of the
 * job.
 * Source: AI4CI KPI 3. As published there: the same count, over the first million cells.
 * Example (reading.ts): 1, as published 1.
 */

import { NOTHING, plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const testsTimedOut: TestKpiRow = {
  name: 'tests_timed_out',
  unit: 'results',
  ai4ci: 3,
  windows: WINDOWED,
  doc: 'results that the source calls timed out',
  compatDoc: 'the same count, over the first million cells',
  example: [1, 1],
  value: ({ timedOut, failuresOnly }) =>
    failuresOnly && timedOut === 0 ? NOTHING : plain(timedOut, timedOut),
  compat: ({ timedOut }) => timedOut,
}
