/**
 * test_flip_flakiness: flips / results considered, of the last 50 results of each test. Unit: ratio. Window: 7 d, 30
 * d, by when a run was first heard.
 * Assumes that three failures in a row and more are an outage and no flake.
 * Source: TestGrid, flip analyser (processors/tests/flips.ts).
 * Example (reading.ts): 0.2667.
 */

import { shareOf } from '../row.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testFlipFlakiness: TestKpiRow = {
  name: 'test_flip_flakiness',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'flips / results considered, of the last 50 results of each test',
  compatDoc: null,
  example: [0.2667, null],
  value: ({ flips }) => shareOf(flips.flips, flips.considered),
  compat: noCompat,
}
