/**
 * percent_of_tests_fixed: passes after a failure / results after a failure. Unit: percent. Window: 7 d, 30 d, by when
 * a run was first heard.
 * Assumes that a run that said nothing of the test is bridged; 0 of 0 is no value.
 * Source: AI4CI KPI 14. As published there: mean over runs of 100 · passes right after a failing cell / failing cells
 * of the run before, 0 where there were none.
 * Example (reading.ts): 33.3333, as published 16.6667.
 */

import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const percentOfTestsFixed: TestKpiRow = {
  name: 'percent_of_tests_fixed',
  unit: 'percent',
  ai4ci: 14,
  windows: WINDOWED,
  doc: 'passes after a failure / results after a failure',
  compatDoc:
    'mean over runs of 100 · passes right after a failing cell / failing cells of the run before, 0 where there were none',
  example: [33.3333, 16.6667],
  value: ({ pairs }) => percentOf(pairs.failToPass, pairs.failToPass + pairs.failToFail),
  compat: ({ fixedShares, runs }) => plainPercent(fixedShares, runs),
}
