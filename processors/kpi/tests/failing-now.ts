/**
 * failing_now: tests whose newest result failed. Unit: tests. Window: now.
 * Assumes nothing of tests that were not heard again.
 * Source: Sippy.
 * Example (reading.ts): 2.
 */

import { plain } from '../row.ts'
import { noCompat, NOW, type TestKpiRow } from './row.ts'

export const failingNow: TestKpiRow = {
  name: 'failing_now',
  unit: 'tests',
  ai4ci: null,
  windows: NOW,
  doc: 'tests whose newest result failed',
  compatDoc: null,
  example: [2, null],
  value: ({ now, tests }) => plain(now.failing, tests),
  compat: noCompat,
}
