/**
 * timed_out_percent: timed out / results. Unit: percent. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a cell without a result did not run.
 * Source: AI4CI KPI 4. As published there: 100 · timed out / all cells, empty ones too.
 * Example (reading.ts): 5.5556, as published 4.1667.
 */

import { resultsOf, cellsOf } from './reading.ts'
import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const timedOutPercent: TestKpiRow = {
  name: 'timed_out_percent',
  unit: 'percent',
  ai4ci: 4,
  windows: WINDOWED,
  doc: 'timed out / results',
  compatDoc: '100 · timed out / all cells, empty ones too',
  example: [5.5556, 4.1667],
  value: (of) => percentOf(of.timedOut, resultsOf(of)),
  compat: (of) => plainPercent(of.timedOut, cellsOf(of)),
}
