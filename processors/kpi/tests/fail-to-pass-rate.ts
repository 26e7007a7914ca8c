/**
 * fail_to_pass_rate: failures followed by a pass / pairs of neighbours. Unit: ratio. Window: 7 d, 30 d, by when a run
 * was first heard.
 * Assumes that a run that said nothing of the test is bridged, and flaky passed in the end.
 * Source: AI4CI KPI 19. As published there: failing cells right before a passing one / all cells.
 * Example (reading.ts): 0.1429, as published 0.0833.
 */

import { shareOf } from '../row.ts'
import { cellsOf } from './reading.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const failToPassRate: TestKpiRow = {
  name: 'fail_to_pass_rate',
  unit: 'ratio',
  ai4ci: 19,
  windows: WINDOWED,
  doc: 'failures followed by a pass / pairs of neighbours',
  compatDoc: 'failing cells right before a passing one / all cells',
  example: [0.1429, 0.0833],
  value: ({ pairs }) => shareOf(pairs.failToPass, pairs.all),
  compat: (of) => (cellsOf(of) === 0 ? null : of.adjacent.failToPass / cellsOf(of)),
}
