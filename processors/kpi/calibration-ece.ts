/**
 * calibration_ece: expected calibration error at half the median passing duration, in 20 bins of equal width.
 * Unit: ratio. Window: 14 d, placed by the score. Its low and high are no interval of the error: they are the 95 % range a
 * perfectly calibrated forecaster of the same forecasts would show by chance, so inside it there is nothing to see.
 * Assumes one forecast per run. Source: design of the scores.
 * Example: 10 runs at .2, 4 failed, and 10 at .9, 9 failed: .1; chance alone 0 to .1817.
 */

import { calibratedEceRange, ece } from '../../schemas/measures.ts'
import { checkOf, HALF } from './scores.ts'
import { EVERYWHERE, NOTHING, type KpiRow } from './row.ts'

export const calibrationEce: KpiRow = {
  name: 'calibration_ece',
  unit: 'ratio',
  windows: ['14d'],
  dimensions: EVERYWHERE,
  doc: 'mean over runs of |mean pFail − failed share| of their bin, at half the median passing duration',
  interval: '95 % range of a calibrated forecaster of the same n',
  counts: [],
  value: ({ scores }) => {
    const check = checkOf(scores, HALF)
    const value = ece(check)
    const range = calibratedEceRange(check)
    if (value === null || range === null) return NOTHING
    return { ...NOTHING, value, low: range.low, high: range.high, n: check.n }
  },
}
