/**
 * Windows made of panes. A pane holds the counters of what happened in `[end − width, end)`; a window holds the sum of the
 * panes whose end lies in `(now − length, now]`, and of the pane still open: exact whenever now is a pane's end. Each pane
 * is a cell, all sums are one cell: an observation adds to its panes and to the sums, an expired pane is subtracted.
 */

import type { Cells } from '../processor.ts'
import { merge, type Counters } from './counters.ts'
import { scoresFrom } from './names.ts'

const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
export const PANE_MS = 5 * MINUTE_MS

/** The sums of a subject's windows, and the ends of the panes that they are made of, in order. */
export interface Windows {
  /** Rules that scores of the subject have named; a rule's place is part of its counters' ids. */
  rules: string[]
  dayPanes: number[]
  hourPanes: number[]
  day: Counters
  week: Counters
  fortnight: Counters
  /** Scores since the first one: it never expires. */
  total: Counters
}

const LONGS = { type: 'array', items: 'long' } as const
/** Cell kinds of the windows; `pane/<series>/<end>` holds one pane. */
export const WINDOW_CELLS = {
  windows: {
    type: 'record',
    name: 'Windows',
    fields: [
      { name: 'rules', type: { type: 'array', items: 'string' } },
      { name: 'dayPanes', type: LONGS },
      { name: 'hourPanes', type: LONGS },
      { name: 'day', type: LONGS },
      { name: 'week', type: LONGS },
      { name: 'fortnight', type: LONGS },
      { name: 'total', type: LONGS },
    ],
  },
  pane: LONGS,
} as const

/** A window that expires; scores are read over the fortnight alone, so the others do not hold them. */
interface Span {
  readonly lengthMs: number
  readonly panes: 'dayPanes' | 'hourPanes'
  readonly sum: 'day' | 'week' | 'fortnight'
  readonly holdsScores: boolean
}
const SPANS = {
  '24h': { lengthMs: DAY_MS, panes: 'dayPanes', sum: 'day', holdsScores: false },
  '7d': { lengthMs: 7 * DAY_MS, panes: 'hourPanes', sum: 'week', holdsScores: false },
  '14d': { lengthMs: 14 * DAY_MS, panes: 'hourPanes', sum: 'fortnight', holdsScores: true },
} as const satisfies Record<string, Span>
type SpanName = keyof typeof SPANS
const ALL_SPANS: readonly Span[] = Object.values(SPANS)

/** Panes of one width and the windows made of them, shortest first. */
interface Series {
  readonly name: string
  readonly paneMs: number
  readonly panes: Span['panes']
  readonly spans: readonly SpanName[]
  readonly longestMs: number
}
export const DAY: Series = {
  name: 'day',
  paneMs: PANE_MS,
  panes: 'dayPanes',
  spans: ['24h'],
  longestMs: DAY_MS,
}
export const HOURS: Series = {
  name: 'hours',
  paneMs: HOUR_MS,
  panes: 'hourPanes',
  spans: ['7d', '14d'],
  longestMs: 14 * DAY_MS,
}

export const windowsOf = (cells: Cells): Windows =>
  (cells.get('windows') as Windows | undefined) ?? {
    rules: [],
    dayPanes: [],
    hourPanes: [],
    day: [],
    week: [],
    fortnight: [],
    total: [],
  }
export const putWindows = (cells: Cells, windows: Windows): void => {
  const isEmpty = windows.dayPanes.length + windows.hourPanes.length + windows.total.length === 0
  if (isEmpty) cells.delete('windows')
  else cells.put('windows', windows)
}

/** Counters of a window; empty where nothing was heard. */
export const sumOf = (windows: Windows, name: SpanName): Counters => windows[SPANS[name].sum]

/** End of the pane that holds an instant. Example: 10:05:00 lies in the pane that ends at 10:10. */
export const paneEnd = (at: number, paneMs: number): number =>
  Math.floor(at / paneMs) * paneMs + paneMs

const paneCell = (series: Series, end: number): string => `pane/${series.name}/${end}`
const paneOf = (cells: Cells, series: Series, end: number): Counters =>
  (cells.get(paneCell(series, end)) as Counters | undefined) ?? []

/**
 * Adds what happened at `at`. Windows it has already left are not touched. Tells how many windows, the longest first,
 * have changed: 0 where it has left all of them or lies more than an hour ahead, which is not believed, as its pane would
 * stay for as long as it claims.
 */
export const addAt = (
  cells: Cells,
  windows: Windows,
  series: Series,
  at: number,
  now: number,
  delta: Readonly<Counters>,
): number => {
  if (at > now + HOUR_MS) return 0
  const end = paneEnd(at, series.paneMs)
  let held = 0
  let length = 0
  for (const name of series.spans) {
    const { lengthMs, sum, holdsScores } = SPANS[name]
    if (end + lengthMs <= now) continue
    held += 1
    length = holdsScores ? delta.length : scoresFrom(delta)
    merge(windows[sum], delta, 1, 0, length)
  }
  if (held > 0) addToPane(cells, windows, series, end, delta, length)
  return held
}

/** A pane that is not among the known ones is new: no cell is looked for. */
const addToPane = (
  cells: Cells,
  windows: Windows,
  series: Series,
  end: number,
  delta: Readonly<Counters>,
  length: number,
): void => {
  const panes = windows[series.panes]
  let place = panes.length
  while (place > 0 && (panes[place - 1] ?? 0) > end) place -= 1
  const isKnown = panes[place - 1] === end
  const pane = isKnown ? paneOf(cells, series, end) : []
  if (!isKnown) panes.splice(place, 0, end)
  merge(pane, delta, 1, 0, length)
  cells.put(paneCell(series, end), pane)
}

/** A pane that has left a window. */
export interface Expired {
  readonly name: SpanName
  readonly pane: Counters
}

/** Subtracts the panes that leave a window at this very instant, and tells them. */
export const expireAt = (
  cells: Cells,
  windows: Windows,
  series: Series,
  now: number,
): readonly Expired[] => {
  const panes = windows[series.panes]
  const expired: Expired[] = []
  for (const name of series.spans) {
    const { lengthMs, sum, holdsScores } = SPANS[name]
    const end = now - lengthMs
    if (!panes.includes(end)) continue
    const pane = paneOf(cells, series, end)
    merge(windows[sum], pane, -1, 0, holdsScores ? pane.length : scoresFrom(pane))
    expired.push({ name, pane })
  }
  while (panes[0] !== undefined && panes[0] + series.longestMs <= now)
    cells.delete(paneCell(series, panes.shift() ?? 0))
  return expired
}

/** True where a window holds any pane. */
export const isLive = (windows: Windows, name: SpanName, now: number): boolean => {
  const { panes, lengthMs } = SPANS[name]
  const newest = windows[panes].at(-1)
  return newest !== undefined && newest + lengthMs > now
}

/** The next instant after `now` at which a pane leaves a window; Infinity where none will. */
export const nextExpiry = (windows: Windows, now: number): number => {
  let next = Infinity
  for (const { panes, lengthMs } of ALL_SPANS)
    for (const end of windows[panes])
      if (end + lengthMs > now) {
        next = Math.min(next, end + lengthMs)
        break
      }
  return next
}
