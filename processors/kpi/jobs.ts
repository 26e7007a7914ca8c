/**
 * Processor `kpis`: KPIs of each job, and what the job adds to its repository and its community. A changed job speaks at
 * full 10 s (`now`, `24h`) and at pane ends (all else); a silent job costs nothing but its panes' expiry.
 */

import type { Run, RunEnd, Score } from '../../schemas/events.ts'
import { runName } from '../../schemas/keys.ts'
import { endOf } from '../../schemas/outcomes.ts'
import type { Cells, Effect, Input, Processor } from '../processor.ts'
import { add, merge, type Counters } from './counters.ts'
import type { RunSample } from './ends.ts'
import { noteExpired, sayChanged, type Occasion } from './emission.ts'
import { RUN_COUNTS } from './index.ts'
import { ID, openId } from './names.ts'
import { addPending, PENDING_CELL, sayPartials } from './partials.ts'
import { countScore } from './scores.ts'
import { insertEnd, removeEnd, type Change } from './sequence.ts'
import {
  afterEnd,
  AFTER_SCORE,
  AFTER_START,
  SOON,
  putStarts,
  rulesOf,
  startsOf,
  SUBJECT_CELLS,
  subjectOf,
  wakeAfterPane,
  wakeAfterRecord,
  withRules,
  type Subject,
} from './subject.ts'
import { addAt, DAY, PANE_MS, paneEnd, SCORES, WEEKS, WINDOW_CELLS } from './window.ts'

const NO_EFFECTS: readonly Effect[] = []
const MINUTE_MS = 60_000
const HOUR_MINUTES = 60
/** With so many runs in flight, starts are kept by the hour: their cell stays bounded. */
const MANY_IN_FLIGHT = 1000

export const kpis: Processor = {
  name: 'kpis',
  inputs: ['ci.runs.v1', 'ci.scores.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1', 'ci.kpi-partials.v1', 'ci.measures.v1'],
  cells: {
    ...WINDOW_CELLS,
    ...SUBJECT_CELLS,
    /** `open/<run>`: the minute that a run in flight is counted under. */
    open: { type: 'long' },
    pending: PENDING_CELL,
  },
  step(cells, key, input, now) {
    if (input.kind === 'timer') return onTimer(cells, key, input.timer, now)
    const subject = subjectOf(cells)
    const changed = onRecord(cells, subject, input, now)
    if (changed === 0) return NO_EFFECTS
    subject.changed |= changed
    const effects = wakeAfterRecord(subject, now, 0)
    cells.put('subject', subject)
    return effects
  },
}

const onTimer = (cells: Cells, name: string, timer: string, now: number): readonly Effect[] => {
  const subject = subjectOf(cells)
  const occasion: Occasion = { cells, dimension: 'job', name, subject, asOf: now, at: now }
  const effects: Effect[] = []
  if (timer === 'soon') {
    subject.soonAt = 0
    effects.push(...sayChanged(occasion, SOON))
  } else {
    subject.paneAt = 0
    noteExpired(occasion)
    effects.push(
      ...sayChanged(occasion, ~0),
      ...sayPartials(cells, name, rulesOf(cells), now),
      ...wakeAfterPane(cells, subject, 'job', now, 0),
    )
  }
  cells.put('subject', subject)
  return effects
}

/** Bits of what the record has changed; 0 where it says nothing to KPIs. */
const onRecord = (
  cells: Cells,
  subject: Subject,
  input: Extract<Input, { kind: 'record' }>,
  now: number,
): number => {
  if (input.topic === 'ci.scores.v1') return onScore(cells, input.record as Score, now)
  const run = input.record as Run
  switch (run.change) {
    case 'started':
      return open(cells, subject, run, now) ? AFTER_START : 0
    case 'finished':
      close(cells, subject, run, now)
      return tell(cells, subject, endOf(run), now)
    case 'corrected':
      return takeBack(cells, subject, run.before, now) | tell(cells, subject, endOf(run), now)
    case 'unknown':
    case 'queued':
    case 'progress':
      return 0
  }
}

const onScore = (cells: Cells, score: Score, now: number): number => {
  const delta = withRules(cells, (rules) => countScore(score, rules))
  addAt(cells, SCORES, score.eventAt, now, delta)
  addPending(cells, score.eventAt, delta)
  return AFTER_SCORE
}

const open = (cells: Cells, subject: Subject, run: Run, now: number): boolean => {
  const cell = `open/${runName(run)}`
  if (cells.get(cell) !== undefined) return false
  const exact = Math.floor((run.startedAt ?? run.eventAt) / MINUTE_MS)
  const minute = subject.inFlight < MANY_IN_FLIGHT ? exact : exact - (exact % HOUR_MINUTES)
  cells.put(cell, minute)
  countOpen(cells, subject, minute, 1, now)
  return true
}

/** A run whose start was never heard has no cell and was never in flight. */
const close = (cells: Cells, subject: Subject, run: Run, now: number): void => {
  const cell = `open/${runName(run)}`
  const minute = cells.get(cell)
  if (typeof minute !== 'number') return
  cells.delete(cell)
  countOpen(cells, subject, minute, -1, now)
}

const countOpen = (
  cells: Cells,
  subject: Subject,
  minute: number,
  sign: 1 | -1,
  now: number,
): void => {
  const starts = startsOf(cells)
  add(starts, minute, sign)
  putStarts(cells, starts)
  subject.inFlight += sign
  addPending(cells, now, [openId(minute - (minute % HOUR_MINUTES)), sign])
}

const sampleOf = (end: RunEnd): RunSample => ({
  outcome: end.outcome,
  finishedAt: end.finishedAt,
  durationMs: toMs(end.durationSeconds),
  queueMs: toMs(end.queueSeconds),
})
const toMs = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000)

const countersOf = (end: RunEnd, sign: 1 | -1): Counters => {
  const sample = sampleOf(end)
  const counters: Counters = []
  for (const count of RUN_COUNTS) count(sample, counters, sign)
  return counters
}

/** Counts an end in the panes of its finish, and what it changes in the sequence of ends. Bits of what has changed. */
const tell = (cells: Cells, subject: Subject, end: RunEnd | null, now: number): number => {
  if (end === null) return 0
  const { finishedAt } = end
  const own = countersOf(end, 1)
  if (paneEnd(finishedAt, PANE_MS) <= now) add(own, ID.late, 1)
  const others = placeOthers(cells, finishedAt, own, insertEnd(subject, end), now)
  const changed = place(cells, finishedAt, own, now)
  if (changed === AFTER_START) subject.late += 1
  return changed | others
}

/** Takes an earlier telling of an end back from where it was counted. */
const takeBack = (cells: Cells, subject: Subject, end: RunEnd | null, now: number): number => {
  if (end === null) return 0
  const { finishedAt } = end
  const own = countersOf(end, -1)
  const others = placeOthers(cells, finishedAt, own, removeEnd(subject, end), now)
  return others | place(cells, finishedAt, own, now)
}

/** Places what an end changes at other instants; what it changes at its own goes with its own counters. */
const placeOthers = (
  cells: Cells,
  finishedAt: number,
  own: Counters,
  changes: readonly Change[],
  now: number,
): number => {
  let changed = 0
  for (const [at, delta] of changes)
    if (at === finishedAt) merge(own, delta, 1)
    else changed |= place(cells, at, delta, now)
  return changed
}

/** Adds to the panes of an instant; bits of what has changed, {@link AFTER_START} where no window holds it. */
const place = (cells: Cells, at: number, delta: Counters, now: number): number => {
  addPending(cells, at, delta)
  const days = addAt(cells, DAY, at, now, delta)
  return afterEnd(cells, now, days, addAt(cells, WEEKS, at, now, delta))
}
