/**
 * failing_percent: failed / (passed + failed). Unit: percent. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that flaky results are neither.
 * Source: AI4CI KPI 24. As published there: 100 · failed / all cells, empty ones too.
 * Example (reading.ts): 47.0588, as published 33.3333.
 */

import { cellsOf } from './reading.ts'
import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const failingPercent: TestKpiRow = {
  name: 'failing_percent',
  unit: 'percent',
  ai4ci: 24,
  windows: WINDOWED,
  doc: 'failed / (passed + failed)',
  compatDoc: '100 · failed / all cells, empty ones too',
  example: [47.0588, 33.3333],
  value: (of) => percentOf(of.failed, of.failuresOnly ? 0 : of.passed + of.failed),
  compat: (of) => plainPercent(of.failed, cellsOf(of)),
}
