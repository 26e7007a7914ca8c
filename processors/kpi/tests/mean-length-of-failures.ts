/**
 * mean_length_of_failures: failing runs of streaks that a pass closed / such streaks. Unit: runs. Window: 7 d, 30 d,
 * by when a run was first heard.
 * Assumes that a run that said nothing of the test is bridged; an open streak has no length yet.
 * Source: AI4CI KPI 15. As published there: failing cells / streaks of them, an empty cell ends one, open ones too.
 * Example (reading.ts): 2.5, as published 1.6.
 */

import { meanOf } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const meanLengthOfFailures: TestKpiRow = {
  name: 'mean_length_of_failures',
  unit: 'runs',
  ai4ci: 15,
  windows: WINDOWED,
  doc: 'failing runs of streaks that a pass closed / such streaks',
  compatDoc: 'failing cells / streaks of them, an empty cell ends one, open ones too',
  example: [2.5, 1.6],
  value: ({ fixes }) => meanOf(fixes.runs, fixes.runs2, fixes.all),
  compat: ({ segments }) => (segments.all === 0 ? null : segments.cells / segments.all),
}
