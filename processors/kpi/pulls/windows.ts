/**
 * Windows of 7 and 30 d made of panes of an hour: a window holds the panes whose end lies in `(now − length, now]` and the one
 * still open, so it is exact at full hours. Each pane is a cell; expired panes are subtracted from the sums.
 */

import type { Cells } from '../../processor.ts'
import { merge, type Counters } from '../counters.ts'
import type { Repo } from './cells.ts'

export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
export const LENGTHS = { '7d': 7 * DAY_MS, '30d': 30 * DAY_MS } as const
const LONGEST = LENGTHS['30d']

const cellOf = (end: number): string => `pane/${end}`
const endOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS + HOUR_MS

/** Adds or takes back what happened at an instant. What every window has left, or lies an hour ahead, is not counted. */
export const addAt = (
  cells: Cells,
  repo: Repo,
  at: number,
  counters: Readonly<Counters>,
  sign: 1 | -1,
  now: number,
): void => {
  const end = endOf(at)
  if (end + LONGEST <= now || at > now + HOUR_MS || counters.length === 0) return
  if (end + LENGTHS['7d'] > now) merge(repo.week, counters, sign)
  merge(repo.month, counters, sign)
  let place = repo.panes.length
  while (place > 0 && (repo.panes[place - 1] ?? 0) > end) place -= 1
  const isKnown = repo.panes[place - 1] === end
  const pane = isKnown ? (cells.get(cellOf(end)) as Counters) : []
  if (!isKnown) repo.panes.splice(place, 0, end)
  merge(pane, counters, sign)
  cells.put(cellOf(end), pane)
}

/** Subtracts the panes that leave a window at this very instant; true where any has. */
export const expire = (cells: Cells, repo: Repo, now: number): boolean => {
  let hasExpired = false
  for (const [sum, length] of [
    [repo.week, LENGTHS['7d']],
    [repo.month, LONGEST],
  ] as const) {
    const end = now - length
    if (!repo.panes.includes(end)) continue
    merge(sum, cells.get(cellOf(end)) as Counters, -1)
    hasExpired = true
  }
  while (repo.panes[0] !== undefined && repo.panes[0] + LONGEST <= now)
    cells.delete(cellOf(repo.panes.shift() ?? 0))
  return hasExpired
}

/** The next instant after `now` at which a pane leaves a window; Infinity where none will. */
export const nextExpiry = ({ panes }: Repo, now: number): number => {
  let next = Infinity
  for (const length of Object.values(LENGTHS)) {
    const end = panes.find((each) => each + length > now)
    if (end !== undefined) next = Math.min(next, end + length)
  }
  return next
}
