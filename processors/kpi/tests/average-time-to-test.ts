/**
 * average_time_to_test: mean duration of results that passed. Unit: seconds. Window: 7 d, 30 d, by when a run was
 * first heard.
 * Assumes that failing results wear the limit they ran into and say nothing of a test's length.
 * Source: AI4CI KPI 25. As published there: mean minutes of all results whatever they came to.
 * Example (reading.ts): 2, as published 0.2667.
 */

import { quotientOf, WINDOWED, type TestKpiRow } from './row.ts'

export const averageTimeToTest: TestKpiRow = {
  name: 'average_time_to_test',
  unit: 'seconds',
  ai4ci: 25,
  windows: WINDOWED,
  doc: 'mean duration of results that passed',
  compatDoc: 'mean minutes of all results whatever they came to',
  example: [2, 0.2667],
  value: ({ times }) => quotientOf(times.passMs / 1000, times.passes),
  compat: ({ times }) => (times.all === 0 ? null : times.allMs / 60_000 / times.all),
}
