/**
 * test_pass_rate: passed / (passed + failed + flaky). Unit: ratio. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a cell without a result did not run.
 * Source: Sippy.
 * Example (reading.ts): 0.5.
 */

import { shareOf } from '../row.ts'
import { resultsOf } from './reading.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testPassRate: TestKpiRow = {
  name: 'test_pass_rate',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'passed / (passed + failed + flaky)',
  compatDoc: null,
  example: [0.5, null],
  value: (of) => shareOf(of.failuresOnly ? 0 : of.passed, resultsOf(of)),
  compat: noCompat,
}
