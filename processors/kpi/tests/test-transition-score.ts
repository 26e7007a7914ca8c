/**
 * test_transition_score: passes followed by a failure / results, of the last 20 results of each test. Unit: ratio.
 * Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that flaky passed in the end.
 * Source: Buildkite Test Engine.
 * Example (reading.ts): 0.1667.
 */

import { shareOf } from '../row.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testTransitionScore: TestKpiRow = {
  name: 'test_transition_score',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'passes followed by a failure / results, of the last 20 results of each test',
  compatDoc: null,
  example: [0.1667, null],
  value: ({ transitions }) => shareOf(transitions.flips, transitions.results),
  compat: noCompat,
}
