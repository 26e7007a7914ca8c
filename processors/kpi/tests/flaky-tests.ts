/**
 * flaky_tests: flaky results / results. Unit: percent. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that flaky is failed and passed in one run; the numerator is the number of them.
 * Source: AI4CI KPI 12. As published there: 100 · flaky / all cells, empty ones too.
 * Example (reading.ts): 5.5556, as published 4.1667.
 */

import { resultsOf, cellsOf } from './reading.ts'
import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const flakyTests: TestKpiRow = {
  name: 'flaky_tests',
  unit: 'percent',
  ai4ci: 12,
  windows: WINDOWED,
  doc: 'flaky results / results',
  compatDoc: '100 · flaky / all cells, empty ones too',
  example: [5.5556, 4.1667],
  value: (of) => percentOf(of.flaky, resultsOf(of)),
  compat: (of) => plainPercent(of.flaky, cellsOf(of)),
}
