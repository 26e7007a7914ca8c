/**
 * open_regressions: tests that fail more than their basis, by bets that hold at every look. Unit: tests. Window: now.
 * Assumes 3 failures and 5 points more than a basis of 10 results.
 * Source: Sippy, component readiness; processors/tests/regression.ts.
 * Example (reading.ts): 0.
 */

import { plain } from '../row.ts'
import { noCompat, NOW, type TestKpiRow } from './row.ts'

export const openRegressions: TestKpiRow = {
  name: 'open_regressions',
  unit: 'tests',
  ai4ci: null,
  windows: NOW,
  doc: 'tests that fail more than their basis, by bets that hold at every look',
  compatDoc: null,
  example: [0, null],
  value: ({ now, tests }) => plain(now.regressions, tests),
  compat: noCompat,
}
