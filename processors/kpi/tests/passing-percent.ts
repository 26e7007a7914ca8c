/**
 * passing_percent: passed / (passed + failed). Unit: percent. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that flaky results are neither.
 * Source: AI4CI KPI 23. As published there: 100 · passed / all cells, empty ones too.
 * Example (reading.ts): 52.9412, as published 37.5.
 */

import { cellsOf } from './reading.ts'
import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const passingPercent: TestKpiRow = {
  name: 'passing_percent',
  unit: 'percent',
  ai4ci: 23,
  windows: WINDOWED,
  doc: 'passed / (passed + failed)',
  compatDoc: '100 · passed / all cells, empty ones too',
  example: [52.9412, 37.5],
  value: (of) => percentOf(of.passed, of.failuresOnly ? 0 : of.passed + of.failed),
  compat: (of) => plainPercent(of.passed, cellsOf(of)),
}
