/**
 * longest_streak: failures in a row at the newest end of the test that has most. Unit: runs. Window: now.
 * Assumes that cells without a result are bridged.
 * Source: AI4CI.
 * Example (reading.ts): 2.
 */

import { plain } from '../row.ts'
import { noCompat, NOW, type TestKpiRow } from './row.ts'

export const longestStreak: TestKpiRow = {
  name: 'longest_streak',
  unit: 'runs',
  ai4ci: null,
  windows: NOW,
  doc: 'failures in a row at the newest end of the test that has most',
  compatDoc: null,
  example: [2, null],
  value: ({ now, tests }) => plain(now.longestStreak, tests),
  compat: noCompat,
}
