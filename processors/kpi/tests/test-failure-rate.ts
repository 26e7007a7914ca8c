/**
 * test_failure_rate: failed / (passed + failed + flaky). Unit: ratio. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a cell without a result did not run.
 * Source: Sippy.
 * Example (reading.ts): 0.4444.
 */

import { shareOf } from '../row.ts'
import { resultsOf } from './reading.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testFailureRate: TestKpiRow = {
  name: 'test_failure_rate',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'failed / (passed + failed + flaky)',
  compatDoc: null,
  example: [0.4444, null],
  value: (of) => shareOf(of.failed, resultsOf(of)),
  compat: noCompat,
}
