/**
 * correlated_failure_sets: tests that fail together with another / tests that failed in two runs or more. Unit: tests.
 * Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that two tests belong together from phi .9 over the runs of both and 3 runs with both failing; of more than
 * 256 tests those that failed most.
 * Source: AI4CI KPI 10, which took Pearson's r > .9 over all runs. As published there: runs with two failing tests or
 * more.
 * Example (reading.ts): 0, as published 4.
 */

import { plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const correlatedFailureSets: TestKpiRow = {
  name: 'correlated_failure_sets',
  unit: 'tests',
  ai4ci: 10,
  windows: WINDOWED,
  doc: 'tests that fail together with another / tests that failed in two runs or more',
  compatDoc: 'runs with two failing tests or more',
  example: [0, 4],
  value: ({ together }) => ({
    ...plain(together.partnered, together.tests),
    numerator: together.partnered,
    denominator: together.tests,
  }),
  compat: ({ together }) => together.sets,
}
