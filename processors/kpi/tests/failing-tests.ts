/**
 * failing_tests: results that failed. Unit: results. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that timed out and error failed, and flaky did not.
 * Source: AI4CI KPI 22. As published there: the same count.
 * Example (reading.ts): 8, as published 8.
 */

import { plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const failingTests: TestKpiRow = {
  name: 'failing_tests',
  unit: 'results',
  ai4ci: 22,
  windows: WINDOWED,
  doc: 'results that failed',
  compatDoc: 'the same count',
  example: [8, 8],
  value: ({ failed }) => plain(failed, failed),
  compat: ({ failed }) => failed,
}
