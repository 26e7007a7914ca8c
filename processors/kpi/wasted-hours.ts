/**
 * wasted_hours: machine seconds of failed, aborted and timed-out runs over those of all runs. Unit: ratio of seconds.
 * Windows: 24 h, 7 d, 14 d, by finish. Assumes that a failing run's whole time is lost, though some of it taught something.
 * Source: ICSE 2024. Interval: ratio estimator, linearised (Cochran 1977, 6.4): runs differ in length, so Wilson does not hold.
 * Example: passes of 100 s and 300 s, a failure of 400 s: 400 / 800 = .5, 0 to 1 from so few; n is runs with a duration.
 */

import { Z95 } from '../../schemas/measures.ts'
import { countOf } from './counters.ts'
import { countTime } from './ends.ts'
import { ID } from './names.ts'
import { EVERYWHERE, NOTHING, type KpiRow } from './row.ts'

export const wastedHours: KpiRow = {
  name: 'wasted_hours',
  unit: 'ratio',
  windows: ['24h', '7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'seconds of failed, aborted and timed-out runs / seconds of all runs',
  interval: 'ratio estimator, 95 %',
  counts: [countTime],
  value: ({ runs }) => {
    const lost = countOf(runs, ID['ms/lost']) / 1000
    const all = lost + countOf(runs, ID['ms/used']) / 1000
    if (all <= 0) return NOTHING
    const value = lost / all
    const squares =
      (1 - value) ** 2 * countOf(runs, ID['sq/lost']) + value ** 2 * countOf(runs, ID['sq/used'])
    const half = (Z95 * Math.sqrt(squares)) / all
    return {
      value,
      numerator: lost,
      denominator: all,
      low: Math.max(0, value - half),
      high: Math.min(1, value + half),
      n: countOf(runs, ID.timed),
    }
  },
}
