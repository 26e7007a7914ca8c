/**
 * blocked_percent: blocked / (results + blocked). Unit: percent. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a cell without a result did not run.
 * Source: AI4CI KPI 2. As published there: 100 · blocked / all cells, empty ones too.
 * Example (reading.ts): 5.2632, as published 4.1667.
 */

import { resultsOf, cellsOf } from './reading.ts'
import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const blockedPercent: TestKpiRow = {
  name: 'blocked_percent',
  unit: 'percent',
  ai4ci: 2,
  windows: WINDOWED,
  doc: 'blocked / (results + blocked)',
  compatDoc: '100 · blocked / all cells, empty ones too',
  example: [5.2632, 4.1667],
  value: (of) => percentOf(of.blocked, of.failuresOnly ? 0 : resultsOf(of) + of.blocked),
  compat: (of) => plainPercent(of.blocked, cellsOf(of)),
}
