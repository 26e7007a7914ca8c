/**
 * open_alerts: tests that failed three times in a row and have not passed twice in a row since. Unit: tests. Window: now.
 * Assumes that cells without a result do not count, and flaky ends either row.
 * Source: TestGrid.
 * Example (reading.ts): 1.
 */

import { plain } from '../row.ts'
import { noCompat, NOW, type TestKpiRow } from './row.ts'

export const openAlerts: TestKpiRow = {
  name: 'open_alerts',
  unit: 'tests',
  ai4ci: null,
  windows: NOW,
  doc: 'tests that failed three times in a row and have not passed twice in a row since',
  compatDoc: null,
  example: [1, null],
  value: ({ now, tests }) => plain(now.alerts, tests),
  compat: noCompat,
}
