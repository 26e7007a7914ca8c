/**
 * mean_time_to_fix: from the end of the first failing run of a streak to the end of the next passing run. Unit: seconds.
 * Windows: 7 d, 14 d, placed by that pass. Assumes that only a pass fixes; open streaks are left out, so a job that never
 * recovers has no value. Source: AI4CI KPI 16, DORA's recovery time.
 * Example: failed at 10:00 and 10:30, passed at 11:00; failed at 12:00, passed at 12:30: (3,600 + 1,800) / 2 = 2,700 s.
 */

import { countOf } from './counters.ts'
import { ID } from './names.ts'
import { EVERYWHERE, meanOf, NORMAL, type KpiRow } from './row.ts'

export const meanTimeToFix: KpiRow = {
  name: 'mean_time_to_fix',
  unit: 'seconds',
  windows: ['7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'seconds from the first failing end of a streak to the pass that closed it / such streaks',
  interval: NORMAL,
  counts: [],
  value: ({ runs }) =>
    // Squares are kept in minutes: squared seconds of long outages would leave the whole numbers.
    meanOf(
      countOf(runs, ID['fix/ms']) / 1000,
      countOf(runs, ID['fix/min2']) * 3600,
      countOf(runs, ID['fix/streaks']),
    ),
}
