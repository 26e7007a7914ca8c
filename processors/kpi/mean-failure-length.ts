/**
 * mean_failure_length: failing runs per closed streak of failures. Unit: runs. Windows: 7 d, 14 d, placed by the pass that
 * closed it. Assumes that ends without a class are bridged; an open streak is not counted, as its length is not known yet.
 * Source: AI4CI KPI 15, where a cell not run split a streak.
 * Example: fail, fail, pass, fail, aborted, pass: (2 + 1) / 2 = 1.5, .52 to 2.48.
 */

import { countOf } from './counters.ts'
import { ID } from './names.ts'
import { EVERYWHERE, meanOf, NORMAL, type KpiRow } from './row.ts'

export const meanFailureLength: KpiRow = {
  name: 'mean_failure_length',
  unit: 'runs',
  windows: ['7d', '14d'],
  dimensions: EVERYWHERE,
  doc: 'failing runs in streaks that a pass closed / such streaks',
  interval: NORMAL,
  counts: [],
  value: ({ runs }) =>
    meanOf(
      countOf(runs, ID['fix/runs']),
      countOf(runs, ID['fix/runs2']),
      countOf(runs, ID['fix/streaks']),
    ),
}
