/**
 * total_tests: results: passed, failed and flaky. Unit: results. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that a skipped or blocked test gave no result; null where the source names failing tests only.
 * Source: AI4CI KPI 20. As published there: all cells, empty ones too.
 * Example (reading.ts): 18, as published 24.
 */

import { NOTHING, plain } from '../row.ts'
import { cellsOf, resultsOf } from './reading.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const totalTests: TestKpiRow = {
  name: 'total_tests',
  unit: 'results',
  ai4ci: 20,
  windows: WINDOWED,
  doc: 'results: passed, failed and flaky',
  compatDoc: 'all cells, empty ones too',
  example: [18, 24],
  value: (of) => (of.failuresOnly ? NOTHING : plain(resultsOf(of), resultsOf(of))),
  compat: cellsOf,
}
