/** What a subject (job, repository, community) keeps, how it counts, and when it wakes to say what has changed. */

import { clearTimer, setTimer, type Cells, type Effect } from '../processor.ts'
import { AFTER_SCORE, afterEnd, hourlyOf, SOON } from './changes.ts'
import { merge, type Counters } from './counters.ts'
import { scoresFrom } from './names.ts'
import type { Dimension } from './row.ts'
import { emptySequence, type Sequence } from './sequence.ts'
import {
  addAt,
  DAY,
  HOUR_MS,
  HOURS,
  nextExpiry,
  putWindows,
  WINDOW_CELLS,
  windowsOf,
  type Windows,
} from './window.ts'

/** Counters of the pane that starts at an instant. */
export interface Pending {
  readonly start: number
  readonly counters: Counters
}
/** A run in flight and the minute that it is counted under. */
interface OpenRun {
  readonly run: string
  readonly minute: number
}

/** What is read with every input of a subject; its windows are a cell apart. */
export interface Subject extends Sequence {
  /** When both timers are asked to fire, before their phase; 0 where not set. */
  soonAt: number
  paneAt: number
  /** What has changed since it was last said: bits of `CHANGED`. */
  changed: number
  /** Observations too late for any window, or too far ahead. */
  late: number
  inFlight: number
  /** Runs in flight by start in minutes since the epoch: pairs, in order. */
  starts: Counters
  /** The runs in flight themselves; those beyond the first few are cells `open/<run>`. */
  open: OpenRun[]
  /** What the wider subject has not been told, newest panes, in order; older ones are cells `pending/<start>`. */
  pending: Pending[]
  spilled: number[]
}

const LONGS = { type: 'array', items: 'long' } as const
const listOf = (name: string, fields: readonly object[]): object => ({
  type: 'array',
  items: { type: 'record', name, fields },
})
const SUBJECT = {
  type: 'record',
  name: 'Subject',
  fields: [
    { name: 'soonAt', type: 'long' },
    { name: 'paneAt', type: 'long' },
    { name: 'changed', type: 'int' },
    { name: 'late', type: 'long' },
    { name: 'inFlight', type: 'long' },
    { name: 'starts', type: LONGS },
    {
      name: 'open',
      type: listOf('OpenRun', [
        { name: 'run', type: 'string' },
        { name: 'minute', type: 'long' },
      ]),
    },
    {
      name: 'pending',
      type: listOf('Pending', [
        { name: 'start', type: 'long' },
        { name: 'counters', type: LONGS },
      ]),
    },
    { name: 'spilled', type: LONGS },
    { name: 'recent', type: LONGS },
    { name: 'settledAt', type: 'long' },
    { name: 'settledFailures', type: 'long' },
    { name: 'settledSince', type: 'long' },
  ],
} as const

/** Cell kinds of every subject. */
export const SUBJECT_CELLS = {
  ...WINDOW_CELLS,
  subject: SUBJECT,
  open: { type: 'long' },
  pending: LONGS,
} as const

export const subjectOf = (cells: Cells): Subject =>
  (cells.get('subject') as Subject | undefined) ?? {
    soonAt: 0,
    paneAt: 0,
    changed: 0,
    late: 0,
    inFlight: 0,
    starts: [],
    open: [],
    pending: [],
    spilled: [],
    ...emptySequence(),
  }

/** All that a subject keeps, as one step has read it. */
export interface State {
  readonly cells: Cells
  readonly subject: Subject
  readonly windows: Windows
}
export const stateOf = (cells: Cells): State => ({
  cells,
  subject: subjectOf(cells),
  windows: windowsOf(cells),
})
export const keep = ({ cells, subject, windows }: State): void => {
  putWindows(cells, windows)
  cells.put('subject', subject)
}

/**
 * Counts what happened at `at` in every window that holds it, and notes what that changes. Of an end
 * that no window holds, `late` is added to those too late for all.
 */
export const count = (
  { cells, subject, windows }: State,
  at: number,
  now: number,
  delta: Readonly<Counters>,
  late = 0,
): void => {
  const scores = scoresFrom(delta)
  const days = scores > 0 ? addAt(cells, windows, DAY, at, now, delta) : 0
  const weeks = addAt(cells, windows, HOURS, at, now, delta)
  if (scores > 0) {
    subject.changed |= afterEnd(windows, now, days, weeks)
    if (weeks === 0) subject.late += late
  }
  if (scores < delta.length) {
    subject.changed |= AFTER_SCORE
    merge(windows.total, delta, 1, scores)
  }
}

const SOON_MS = 10_000
const next = (now: number, step: number): number => Math.floor(now / step) * step + step

/** How long after the end of a pane a subject speaks of it. */
export interface Delay {
  /** Until all that belongs to the pane is in. */
  readonly graceMs: number
  /** The subject's turn, so that many of them do not speak at one instant. */
  readonly phaseMs: number
  /** Whether it also speaks within seconds. */
  readonly isSoon: boolean
  /** Panes it speaks of: those that end at multiples of this. */
  readonly stepMs: number
}

/** Sets the timers that what has changed asks for. */
export const wakeAfterRecord = (
  subject: Subject,
  now: number,
  { graceMs, phaseMs, isSoon, stepMs }: Delay,
): Effect[] => {
  const effects: Effect[] = []
  if (isSoon && subject.soonAt === 0 && (subject.changed & SOON) !== 0) {
    subject.soonAt = next(now - phaseMs, SOON_MS) + phaseMs
    effects.push(setTimer('soon', subject.soonAt))
  }
  const paneAt = next(now - graceMs, stepMs) + graceMs
  if (subject.changed !== 0 && (subject.paneAt === 0 || paneAt < subject.paneAt)) {
    subject.paneAt = paneAt
    effects.push(setTimer('pane', paneAt + phaseMs))
  }
  return effects
}

/** Sets the next pane timer: the next full hour if history waits for it, or the next pane to expire. */
export const wakeAfterPane = (
  { subject, windows }: State,
  dimension: Dimension,
  asOf: number,
  { graceMs, phaseMs }: Pick<Delay, 'graceMs' | 'phaseMs'>,
): Effect[] => {
  const hour = (subject.changed & hourlyOf(dimension)) === 0 ? Infinity : next(asOf, HOUR_MS)
  const at = Math.min(hour, nextExpiry(windows, asOf))
  if (at === Infinity) return [clearTimer('pane')]
  subject.paneAt = at + graceMs
  return [setTimer('pane', subject.paneAt + phaseMs)]
}
