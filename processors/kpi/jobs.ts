/**
 * Processor `kpis`: KPIs of each job, and what the job adds to its repository and its community. A changed job speaks at
 * full 10 s (`now`, `24h`) and at pane ends (all else); a silent job costs nothing but its panes' expiry.
 */

import type { Run, Score } from '../../schemas/events.ts'
import { runName } from '../../schemas/keys.ts'
import { durationSeconds } from '../../schemas/outcomes.ts'
import type { Cells, Effect, Input, Processor } from '../processor.ts'
import { add, isEmpty, type Counters, type RunSample } from './counters.ts'
import { noteExpired, sayChanged, type Occasion } from './emission.ts'
import { RUN_COUNTS } from './index.ts'
import { addPending, openCounter, PENDING_CELL, sayPartials } from './partials.ts'
import { countScore } from './scores.ts'
import { insertEnd, removeEnd, type Change } from './sequence.ts'
import {
  AFTER_END,
  AFTER_SCORE,
  AFTER_START,
  SOON,
  SUBJECT_CELL,
  subjectOf,
  wakeAfterPane,
  wakeAfterRecord,
  type Subject,
} from './subject.ts'
import { addAt, DAY, PANE_MS, paneEnd, SCORES, WEEKS, WINDOW_CELLS } from './window.ts'

const NO_EFFECTS: readonly Effect[] = []
const MINUTE_MS = 60_000
/** With so many runs in flight, starts are kept by the hour: their cell stays bounded. */
const MANY_IN_FLIGHT = 1000

export const kpis: Processor = {
  name: 'kpis',
  inputs: ['ci.runs.v1', 'ci.scores.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1', 'ci.kpi-partials.v1', 'ci.measures.v1'],
  cells: {
    ...WINDOW_CELLS,
    subject: SUBJECT_CELL,
    /** Runs in flight by start in minutes since the epoch; `open/<run>` is the minute that a run is counted under. */
    starts: { type: 'map', values: 'long' },
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
      ...sayPartials(cells, name, now),
      ...wakeAfterPane(cells, subject, now, 0),
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
      tell(cells, subject, sampleOf(run), now)
      return AFTER_END
    case 'corrected':
      if (run.before !== null) takeBack(cells, subject, run, now)
      tell(cells, subject, sampleOf(run), now)
      return AFTER_END
    case 'unknown':
    case 'queued':
    case 'progress':
      return 0
  }
}

const onScore = (cells: Cells, score: Score, now: number): number => {
  const delta = countScore(score)
  addAt(cells, SCORES, score.eventAt, now, delta)
  addPending(cells, score.eventAt, delta)
  return AFTER_SCORE
}

const open = (cells: Cells, subject: Subject, run: Run, now: number): boolean => {
  const cell = `open/${runName(run)}`
  if (cells.get(cell) !== undefined) return false
  const exact = Math.floor((run.startedAt ?? run.eventAt) / MINUTE_MS)
  const minute = subject.inFlight < MANY_IN_FLIGHT ? exact : exact - (exact % 60)
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
  const starts = (cells.get('starts') as Counters | undefined) ?? {}
  add(starts, String(minute), sign)
  if (isEmpty(starts)) cells.delete('starts')
  else cells.put('starts', starts)
  subject.inFlight += sign
  addPending(cells, now, { [openCounter(minute)]: sign })
}

const sampleOf = (run: Run): RunSample => {
  const seconds = durationSeconds(run)
  const { queuedAt, startedAt } = run
  return {
    outcome: run.outcome ?? 'unknown',
    finishedAt: run.finishedAt ?? run.eventAt,
    durationMs: seconds === null ? null : Math.round(seconds * 1000),
    queueMs:
      queuedAt === null || startedAt === null || startedAt < queuedAt ? null : startedAt - queuedAt,
  }
}

/** Counts an end in the panes of its finish, and what it changes in the sequence of ends. */
const tell = (cells: Cells, subject: Subject, sample: RunSample, now: number): void => {
  const delta: Counters = {}
  for (const count of RUN_COUNTS) count(sample, delta, 1)
  if (paneEnd(sample.finishedAt, PANE_MS) <= now) delta['late'] = 1
  if (!place(cells, sample.finishedAt, delta, now)) subject.late += 1
  placeAll(cells, insertEnd(subject, sample.finishedAt, sample.outcome), now)
}

/** Takes an earlier telling of the end back from where it was counted. */
const takeBack = (cells: Cells, subject: Subject, run: Run, now: number): void => {
  const { before } = run
  if (before === null) return
  const durationMs =
    before.durationSeconds === null ? null : Math.round(before.durationSeconds * 1000)
  const queueMs = queueBefore(run.queuedAt, before.finishedAt, durationMs)
  const sample = { outcome: before.outcome, finishedAt: before.finishedAt, durationMs, queueMs }
  const delta: Counters = {}
  for (const count of RUN_COUNTS) count(sample, delta, -1)
  place(cells, before.finishedAt, delta, now)
  placeAll(cells, removeEnd(subject, before.finishedAt, before.outcome), now)
}

/** A correction tells the old finish and duration, and with them the old start; the queued instant has stayed. */
const queueBefore = (
  queuedAt: number | null,
  finishedAt: number,
  durationMs: number | null,
): number | null => {
  if (queuedAt === null || durationMs === null) return null
  const waited = finishedAt - durationMs - queuedAt
  return waited < 0 ? null : waited
}

const placeAll = (cells: Cells, changes: readonly Change[], now: number): void => {
  for (const [at, delta] of changes) place(cells, at, delta, now)
}
const place = (cells: Cells, at: number, delta: Counters, now: number): boolean => {
  addPending(cells, at, delta)
  addAt(cells, DAY, at, now, delta)
  return addAt(cells, WEEKS, at, now, delta)
}
