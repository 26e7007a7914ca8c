/**
 * passing_tests: results that passed. Unit: results. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a flaky result is none of them; null where the source names failing tests only.
 * Source: AI4CI KPI 21. As published there: the same count.
 * Example (reading.ts): 9, as published 9.
 */

import { NOTHING, plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const passingTests: TestKpiRow = {
  name: 'passing_tests',
  unit: 'results',
  ai4ci: 21,
  windows: WINDOWED,
  doc: 'results that passed',
  compatDoc: 'the same count',
  example: [9, 9],
  value: ({ passed, failuresOnly }) => (failuresOnly ? NOTHING : plain(passed, passed)),
  compat: ({ passed }) => passed,
}
