/**
 * test_working_rate: (passed + flaky) / (passed + failed + flaky). Unit: ratio. Window: 7 d, 30 d, by when a run was
 * first heard.
 * Assumes that a test which passed on a second try works.
 * Source: Sippy.
 * Example (reading.ts): 0.5556.
 */

import { shareOf } from '../row.ts'
import { resultsOf } from './reading.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testWorkingRate: TestKpiRow = {
  name: 'test_working_rate',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: '(passed + flaky) / (passed + failed + flaky)',
  compatDoc: null,
  example: [0.5556, null],
  value: (of) => shareOf(of.passed + of.flaky, resultsOf(of)),
  compat: noCompat,
}
