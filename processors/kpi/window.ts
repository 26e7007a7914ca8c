/**
 * Windows made of panes. A pane holds the counters of what happened in `[end − width, end)`; a window holds the sum of the
 * panes whose end lies in `(now − length, now]`, and of the pane still open: exact whenever now is a pane's end. Each pane
 * is a cell, each sum is a cell: an observation adds to one pane and to the sums, an expired pane is subtracted.
 */

import type { Cells } from '../processor.ts'
import { merge, type Counters } from './counters.ts'

const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
export const PANE_MS = 5 * MINUTE_MS

interface WindowSpec {
  readonly name: string
  readonly lengthMs: number
}
/** Panes of one width and the windows made of them, shortest first. A `total` never expires. */
export interface Series {
  readonly name: string
  readonly paneMs: number
  readonly windows: readonly WindowSpec[]
  readonly hasTotal: boolean
}
export const DAY: Series = {
  name: 'day',
  paneMs: PANE_MS,
  windows: [{ name: '24h', lengthMs: DAY_MS }],
  hasTotal: false,
}
export const WEEKS: Series = {
  name: 'weeks',
  paneMs: HOUR_MS,
  windows: [
    { name: '7d', lengthMs: 7 * DAY_MS },
    { name: '14d', lengthMs: 14 * DAY_MS },
  ],
  hasTotal: false,
}
export const SCORES: Series = {
  name: 'scores',
  paneMs: HOUR_MS,
  windows: [{ name: '14d', lengthMs: 14 * DAY_MS }],
  hasTotal: true,
}
export const ALL_SERIES: readonly Series[] = [DAY, WEEKS, SCORES]

/** End of the pane that holds an instant. Example: 10:05:00 lies in the pane that ends at 10:10. */
export const paneEnd = (at: number, paneMs: number): number =>
  Math.floor(at / paneMs) * paneMs + paneMs

/** Cell kinds of a series; the names of its cells are these with the series' name behind. */
export const WINDOW_CELLS = {
  panes: { type: 'array', items: 'long' },
  pane: { type: 'array', items: 'long' },
  sum: { type: 'array', items: 'long' },
} as const

const panesOf = (cells: Cells, series: Series): number[] =>
  (cells.get(`panes/${series.name}`) as number[] | undefined) ?? []
const countersOf = (cells: Cells, cell: string): Counters =>
  (cells.get(cell) as Counters | undefined) ?? []

/** Counters of a window, `total` included; empty where nothing was heard. */
export const sumOf = (cells: Cells, series: Series, window: string): Counters =>
  countersOf(cells, `sum/${series.name}/${window}`)

const addTo = (cells: Cells, cell: string, delta: Readonly<Counters>, sign: 1 | -1): void => {
  const counters = countersOf(cells, cell)
  merge(counters, delta, sign)
  cells.put(cell, counters)
}

/**
 * Adds what happened at `at`. Windows it has already left are not touched. Tells how many windows, the longest first,
 * have changed: 0 where it has left all of them or lies more than an hour ahead, which is not believed, as its pane would
 * stay for as long as it claims.
 */
export const addAt = (
  cells: Cells,
  series: Series,
  at: number,
  now: number,
  delta: Readonly<Counters>,
): number => {
  if (series.hasTotal) addTo(cells, `sum/${series.name}/total`, delta, 1)
  const end = paneEnd(at, series.paneMs)
  let held = 0
  if (at > now + HOUR_MS) return 0
  for (const { name, lengthMs } of series.windows)
    if (end + lengthMs > now) {
      held += 1
      addTo(cells, `sum/${series.name}/${name}`, delta, 1)
    }
  if (held === 0) return 0
  addTo(cells, `pane/${series.name}/${end}`, delta, 1)
  const panes = panesOf(cells, series)
  if (panes.lastIndexOf(end) < 0) {
    let place = panes.length
    while (place > 0 && (panes[place - 1] ?? 0) > end) place -= 1
    panes.splice(place, 0, end)
    cells.put(`panes/${series.name}`, panes)
  }
  return held
}

/** Subtracts the panes that leave a window at this very instant; tells the names of the windows that changed. */
export const expireAt = (cells: Cells, series: Series, now: number): readonly string[] => {
  const panes = panesOf(cells, series)
  const changed: string[] = []
  for (const { name, lengthMs } of series.windows)
    for (const end of panes) {
      if (end + lengthMs > now) break
      if (end + lengthMs < now) continue
      addTo(
        cells,
        `sum/${series.name}/${name}`,
        countersOf(cells, `pane/${series.name}/${end}`),
        -1,
      )
      changed.push(name)
    }
  if (changed.length > 0) forget(cells, series, panes, now)
  return changed
}

/** Deletes panes that have left the longest window, and sums that hold no pane. */
const forget = (cells: Cells, series: Series, panes: number[], now: number): void => {
  const longest = series.windows.at(-1)?.lengthMs ?? 0
  while (panes[0] !== undefined && panes[0] + longest <= now)
    cells.delete(`pane/${series.name}/${String(panes.shift())}`)
  for (const { name, lengthMs } of series.windows)
    if (!isHeldAt(panes, lengthMs, now)) cells.delete(`sum/${series.name}/${name}`)
  if (panes.length === 0) cells.delete(`panes/${series.name}`)
  else cells.put(`panes/${series.name}`, panes)
}
const isHeldAt = (panes: readonly number[], lengthMs: number, now: number): boolean => {
  const newest = panes.at(-1)
  return newest !== undefined && newest + lengthMs > now
}

/** True where a window holds any pane. */
export const isLive = (cells: Cells, series: Series, window: string, now: number): boolean => {
  const spec = series.windows.find(({ name }) => name === window)
  return spec !== undefined && isHeldAt(panesOf(cells, series), spec.lengthMs, now)
}

/** The next instant after `now` at which a pane leaves a window; Infinity where none will. */
export const nextExpiry = (cells: Cells, series: Series, now: number): number => {
  let next = Infinity
  const panes = panesOf(cells, series)
  for (const { lengthMs } of series.windows) {
    const first = panes.find((end) => end + lengthMs > now)
    if (first !== undefined) next = Math.min(next, first + lengthMs)
  }
  return next
}
