/**
 * failure_streak: failing runs in a row at the newest end. Unit: runs. Window: now. Order is that of the finishes.
 * Assumes that an end without a class (aborted, skipped, unknown) neither breaks nor lengthens a streak, and that no end is
 * told after 128 later ones. Source: AI4CI KPI 15.
 * Example: pass, fail, aborted, fail: 2.
 */

import { NONE, NOTHING, plain, type KpiRow } from './row.ts'

export const failureStreak: KpiRow = {
  name: 'failure_streak',
  unit: 'runs',
  windows: ['now'],
  dimensions: ['job'],
  doc: 'failing runs in a row up to the newest end',
  interval: NONE,
  counts: [],
  value: ({ gauges: { streak, ends } }) => (ends === 0 ? NOTHING : plain(streak, ends)),
}
