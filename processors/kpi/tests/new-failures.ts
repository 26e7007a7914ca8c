/**
 * new_failures: tests that failed in the last 24 h and in no run of the 14 d before. Unit: tests. Window: now.
 * Assumes that a test not heard of before is new too.
 * Source: Sippy recent_failures.
 * Example (reading.ts): 4.
 */

import { plain } from '../row.ts'
import { noCompat, NOW, type TestKpiRow } from './row.ts'

export const newFailures: TestKpiRow = {
  name: 'new_failures',
  unit: 'tests',
  ai4ci: null,
  windows: NOW,
  doc: 'tests that failed in the last 24 h and in no run of the 14 d before',
  compatDoc: null,
  example: [4, null],
  value: ({ now, tests }) => plain(now.newFailures, tests),
  compat: noCompat,
}
