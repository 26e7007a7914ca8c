/**
 * merged_per_day: pulls merged over the days of the window. Unit: pulls a day. Windows: 7 d, 30 d.
 * Assumes that the window was heard whole.
 * Source: kubevirt/ci-health.
 * Example: 15 merged in 7 d: 2.1429.
 */

import { plain } from '../row.ts'
import { sumOf, WINDOWED, type PullKpiRow } from './row.ts'

export const mergedPerDay: PullKpiRow = {
  name: 'merged_per_day',
  unit: 'pulls a day',
  windows: WINDOWED,
  doc: 'pulls merged / days of the window',
  source: 'kubevirt/ci-health',
  value: (reading) => {
    const merged = sumOf(reading, 'merged')
    const days = reading.windowMs / 86_400_000
    return { ...plain(merged / days, merged), numerator: merged, denominator: days }
  },
}
