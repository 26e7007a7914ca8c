/** What a subject (job, repository, community) keeps beside its windows, and when it wakes to say what has changed. */

import { setTimer, type Cells, type Effect } from '../processor.ts'
import type { Counters } from './counters.ts'
import type { Dimension, WindowName } from './row.ts'
import { emptySequence, type Sequence } from './sequence.ts'
import { ALL_SERIES, HOUR_MS, isLive, nextExpiry, PANE_MS, WEEKS } from './window.ts'

export interface Subject extends Sequence {
  /** Due times of both timers, 0 where not set. */
  soonAt: number
  paneAt: number
  /** What has changed since it was last said: bits of {@link CHANGED}. */
  changed: number
  /** Observations too late for any window, or too far ahead. */
  late: number
  inFlight: number
}

const SUBJECT = {
  type: 'record',
  name: 'Subject',
  fields: [
    { name: 'soonAt', type: 'long' },
    { name: 'paneAt', type: 'long' },
    { name: 'changed', type: 'int' },
    { name: 'late', type: 'long' },
    { name: 'inFlight', type: 'long' },
    { name: 'recent', type: { type: 'array', items: 'long' } },
    { name: 'settledAt', type: 'long' },
    { name: 'settledFailures', type: 'long' },
    { name: 'settledSince', type: 'long' },
  ],
} as const

/** Cell kinds of every subject; those of its windows are in window.ts. */
export const SUBJECT_CELLS = {
  subject: SUBJECT,
  starts: { type: 'array', items: 'long' },
  rules: { type: 'array', items: 'string' },
} as const

export const subjectOf = (cells: Cells): Subject =>
  (cells.get('subject') as Subject | undefined) ?? {
    soonAt: 0,
    paneAt: 0,
    changed: 0,
    late: 0,
    inFlight: 0,
    ...emptySequence(),
  }

/** Runs in flight by start in minutes since the epoch: pairs, in order. */
export const startsOf = (cells: Cells): Counters =>
  (cells.get('starts') as Counters | undefined) ?? []
export const putStarts = (cells: Cells, starts: Counters): void => {
  if (starts.length === 0) cells.delete('starts')
  else cells.put('starts', starts)
}

/** Rules that scores of the subject have named; a rule's place is part of its counters' ids. */
export const rulesOf = (cells: Cells): string[] =>
  (cells.get('rules') as string[] | undefined) ?? []
/** Runs `use` on the rules and keeps those it has added. */
export const withRules = <T>(cells: Cells, use: (rules: string[]) => T): T => {
  const rules = rulesOf(cells)
  const known = rules.length
  const result = use(rules)
  if (rules.length > known) cells.put('rules', rules)
  return result
}

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
export const afterEnd = (cells: Cells, now: number, days: number, weeks: number): number =>
  AFTER_START | (days > 0 ? kpis['24h'] | history['24h'] : 0) | weeksChanged(cells, now, weeks)

/** The week before is the fortnight less the week, so a fortnight's change moves the weekly record too, if there is one. */
export const weeksChanged = (cells: Cells, now: number, windows: number): number => {
  if (windows === 0) return 0
  const fortnight = kpis['14d'] | history['14d']
  const isWeekMoved = windows > 1 || isLive(cells, WEEKS, '7d', now)
  return isWeekMoved ? fortnight | kpis['7d'] | history['7d'] : fortnight
}

/** Said within seconds; everything else waits for the end of a pane. */
export const SOON = kpis.now | kpis['24h']
const HOURLY_HISTORY = history['7d'] | history['14d']
/**
 * What waits for the full hour: history of windows with hourly panes; of jobs, which are many, these windows altogether.
 */
export const hourlyOf = (dimension: Dimension): number =>
  dimension === 'job'
    ? HOURLY_HISTORY | kpis['7d'] | kpis['14d'] | measures['14d'] | measures.total
    : HOURLY_HISTORY

const SOON_MS = 10_000
const next = (now: number, step: number): number => Math.floor(now / step) * step + step

/** Sets the timers that what has changed asks for; `graceMs` is how long after a pane's end its sums are complete. */
export const wakeAfterRecord = (subject: Subject, now: number, graceMs: number): Effect[] => {
  const effects: Effect[] = []
  if (graceMs === 0 && subject.soonAt === 0 && (subject.changed & SOON) !== 0) {
    subject.soonAt = next(now, SOON_MS)
    effects.push(setTimer('soon', subject.soonAt))
  }
  const paneAt = next(now - graceMs, PANE_MS) + graceMs
  if (subject.changed !== 0 && (subject.paneAt === 0 || paneAt < subject.paneAt)) {
    subject.paneAt = paneAt
    effects.push(setTimer('pane', paneAt))
  }
  return effects
}

/** Sets the next pane timer: the next full hour if history waits for it, or the next pane to expire. */
export const wakeAfterPane = (
  cells: Cells,
  subject: Subject,
  dimension: Dimension,
  asOf: number,
  graceMs: number,
): Effect[] => {
  let at = (subject.changed & hourlyOf(dimension)) === 0 ? Infinity : next(asOf, HOUR_MS)
  for (const series of ALL_SERIES) at = Math.min(at, nextExpiry(cells, series, asOf))
  if (at === Infinity) return []
  subject.paneAt = at + graceMs
  return [setTimer('pane', subject.paneAt)]
}
