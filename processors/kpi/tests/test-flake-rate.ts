/**
 * test_flake_rate: flaky / (passed + failed + flaky). Unit: ratio. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a cell without a result did not run.
 * Source: Sippy.
 * Example (reading.ts): 0.0556.
 */

import { shareOf } from '../row.ts'
import { resultsOf } from './reading.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testFlakeRate: TestKpiRow = {
  name: 'test_flake_rate',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'flaky / (passed + failed + flaky)',
  compatDoc: null,
  example: [0.0556, null],
  value: (of) => shareOf(of.flaky, resultsOf(of)),
  compat: noCompat,
}
