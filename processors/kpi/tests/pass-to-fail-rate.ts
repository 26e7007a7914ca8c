/**
 * pass_to_fail_rate: passes followed by a failure / pairs of neighbours. Unit: ratio. Window: 7 d, 30 d, by when a run
 * was first heard.
 * Assumes that a run that said nothing of the test is bridged, and flaky passed in the end.
 * Source: AI4CI KPI 18. As published there: passing cells right before a failing one / all cells.
 * Example (reading.ts): 0.2143, as published 0.0833.
 */

import { shareOf } from '../row.ts'
import { cellsOf } from './reading.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const passToFailRate: TestKpiRow = {
  name: 'pass_to_fail_rate',
  unit: 'ratio',
  ai4ci: 18,
  windows: WINDOWED,
  doc: 'passes followed by a failure / pairs of neighbours',
  compatDoc: 'passing cells right before a failing one / all cells',
  example: [0.2143, 0.0833],
  value: ({ pairs }) => shareOf(pairs.passToFail, pairs.all),
  compat: (of) => (cellsOf(of) === 0 ? null : of.adjacent.passToFail / cellsOf(of)),
}
