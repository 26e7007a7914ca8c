/** What of a subject has changed since it was last said: bits, and which of them each kind of observation sets. */

import type { Dimension, WindowName } from './row.ts'
import { isLive, type Windows } from './window.ts'

/** `kpis` and `history` are bits per window, `measures` the 14 d and the total one. */
export const CHANGED = {
  kpis: { now: 1, '24h': 2, '7d': 4, '14d': 8 } satisfies Record<WindowName, number>,
  history: { now: 0, '24h': 16, '7d': 32, '14d': 64 } satisfies Record<WindowName, number>,
  measures: { '14d': 128, total: 256 },
  partials: 512,
} as const
const { kpis, history, measures, partials } = CHANGED

/** What an observation of each kind changes. */
export const AFTER_START = kpis.now | partials
export const AFTER_SCORE =
  kpis['14d'] | history['14d'] | measures['14d'] | measures.total | partials

/** What an end changes that was added to so many windows of each series. */
export const afterEnd = (windows: Windows, now: number, days: number, weeks: number): number =>
  AFTER_START | (days > 0 ? kpis['24h'] | history['24h'] : 0) | weeksChanged(windows, now, weeks)

/** The week before is the fortnight less the week, so a fortnight's change moves the weekly record too, if there is one. */
export const weeksChanged = (windows: Windows, now: number, held: number): number => {
  if (held === 0) return 0
  const fortnight = kpis['14d'] | history['14d']
  const isWeekMoved = held > 1 || isLive(windows, '7d', now)
  return isWeekMoved ? fortnight | kpis['7d'] | history['7d'] : fortnight
}

/** Said within seconds; everything else waits for the end of a pane. */
export const SOON = kpis.now | kpis['24h']
const HOURLY_HISTORY = history['7d'] | history['14d']
const OF_JOBS = HOURLY_HISTORY | kpis['7d'] | kpis['14d'] | measures['14d'] | measures.total
/**
 * What waits for the full hour: history of windows with hourly panes; of jobs, which are many, these windows altogether;
 * of labels, of which each end may have several, everything.
 */
export const hourlyOf = (dimension: Dimension): number => {
  if (dimension === 'repo' || dimension === 'community') return HOURLY_HISTORY
  return dimension === 'job' ? OF_JOBS : ~0
}
/** What is kept of labels: two windows, and the history of the longer one. */
export const OF_LABELS = kpis['24h'] | kpis['7d'] | history['7d']
