/**
 * unmerged_ratio: pulls closed without a merge over pulls ended. Unit: ratio. Windows: 7 d, 30 d, by their end.
 * Assumes that a pull which was opened again has not ended. Interval: Wilson 95 %.
 * Source: DevLake.
 * Example: 3 merged, 1 closed: 1 / 4 = .25, .0456 to .6994.
 */

import { shareOf } from '../row.ts'
import { sumOf, WINDOWED, type PullKpiRow } from './row.ts'

export const unmergedRatio: PullKpiRow = {
  name: 'unmerged_ratio',
  unit: 'ratio',
  windows: WINDOWED,
  doc: 'closed without merge / (merged + closed without merge)',
  source: 'DevLake',
  value: (reading) =>
    shareOf(sumOf(reading, 'closed'), sumOf(reading, 'closed') + sumOf(reading, 'merged')),
}
