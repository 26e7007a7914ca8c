/**
 * consecutive_failure_rate: streaks of failures longer than one run / streaks. Unit: ratio. Window: 7 d, 30 d, by when
 * a run was first heard.
 * Assumes that a run that said nothing of the test is bridged.
 * Source: AI4CI KPI 17. As published there: the same, an empty cell ends a streak, 0 where there are none.
 * Example (reading.ts): 0.75, as published 0.6.
 */

import { shareOf } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const consecutiveFailureRate: TestKpiRow = {
  name: 'consecutive_failure_rate',
  unit: 'ratio',
  ai4ci: 17,
  windows: WINDOWED,
  doc: 'streaks of failures longer than one run / streaks',
  compatDoc: 'the same, an empty cell ends a streak, 0 where there are none',
  example: [0.75, 0.6],
  value: ({ streaks }) => shareOf(streaks.long, streaks.all),
  compat: ({ segments }) => (segments.all === 0 ? 0 : segments.long / segments.all),
}
