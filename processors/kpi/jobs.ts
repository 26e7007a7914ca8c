/**
 * Processor `kpis`: KPIs of each job, and what the job adds to its repository. A changed job speaks every 10 s (`now`,
 * `24h`) and of pane ends (all else), each job in its turn; a silent job costs nothing but its panes' expiry.
 */

import type { Run, RunEnd, Score } from '../../schemas/events.ts'
import { endOf } from '../../schemas/outcomes.ts'
import { phaseOf } from '../phase.ts'
import type { Cells, Effect, Processor } from '../processor.ts'
import { AFTER_START, SOON } from './changes.ts'
import { add, merge, type Counters } from './counters.ts'
import { noteExpired, sayChanged, type Occasion } from './emission.ts'
import { countersOf } from './end-counters.ts'
import { close, open } from './in-flight-runs.ts'
import { ID } from './names.ts'
import { addPending, sayPartials } from './partials.ts'
import { pullRuns } from './pull-runs.ts'
import { countScore } from './scores.ts'
import { insertEnd, removeEnd, type Change } from './sequence.ts'
import {
  count,
  keep,
  stateOf,
  SUBJECT_CELLS,
  subjectOf,
  wakeAfterPane,
  wakeAfterRecord,
  type Delay,
  type State,
} from './subject.ts'
import { PANE_MS, paneEnd } from './window.ts'

const NO_EFFECTS: readonly Effect[] = []

export const kpis: Processor = {
  name: 'kpis',
  inputs: ['ci.runs.v1', 'ci.scores.v1'],
  outputs: [
    'ci.kpis.v1',
    'ci.kpi-history.v1',
    'ci.kpi-partials.v1',
    'ci.measures.v1',
    'ci.pull-runs.v1',
  ],
  cells: SUBJECT_CELLS,
  /** Most records tell of progress, which says nothing to KPIs. */
  wants(record, topic) {
    if (topic === 'ci.scores.v1') return true
    const { change } = record as Run
    return change === 'started' || change === 'finished' || change === 'corrected'
  },
  step(cells, key, input, now) {
    if (input.kind === 'timer') {
      const said = sayPane(cells, key, now)
      return input.timer === 'soon' ? [...said, ...saySoon(cells, key, now)] : said
    }
    if (input.topic === 'ci.scores.v1') return onScore(cells, key, input.record as Score, now)
    return onRun(cells, key, input.record as Run, now)
  },
}

/** All partials of a pane are with the repository within its grace of 10 s. */
const TURN_MS = 8_000
const delayOf = (key: string): Delay => ({
  graceMs: 0,
  phaseMs: phaseOf(key, TURN_MS),
  isSoon: true,
  stepMs: PANE_MS,
})

/** What is said of a pane that has ended, before anything later is counted. */
const sayPane = (cells: Cells, name: string, now: number): readonly Effect[] => {
  const asOf = subjectOf(cells).paneAt
  if (asOf === 0 || asOf > now) return NO_EFFECTS
  const state = stateOf(cells)
  const occasion: Occasion = { ...state, dimension: 'job', name, asOf, at: now }
  state.subject.paneAt = 0
  const hasExpired = noteExpired(occasion)
  const effects = sayChanged(occasion, ~0)
  effects.push(...sayPartials(state, name, 'repo', now))
  effects.push(...wakeAfterPane(state, 'job', asOf, delayOf(name)))
  if (hasExpired) keep(state)
  else cells.put('subject', state.subject)
  return effects
}

const saySoon = (cells: Cells, name: string, now: number): readonly Effect[] => {
  const state = stateOf(cells)
  state.subject.soonAt = 0
  const effects = sayChanged({ ...state, dimension: 'job', name, asOf: now, at: now }, SOON)
  cells.put('subject', state.subject)
  return effects
}

const onScore = (cells: Cells, name: string, score: Score, now: number): readonly Effect[] => {
  const said = sayPane(cells, name, now)
  const state = stateOf(cells)
  place(state, score.eventAt, countScore(score, state.windows.rules), now)
  return heard(state, name, now, said)
}

const onRun = (cells: Cells, name: string, run: Run, now: number): readonly Effect[] => {
  const said = sayPane(cells, name, now)
  if (run.change === 'started') return onStart(cells, name, run, now, said)
  const state = stateOf(cells)
  if (run.change === 'finished') close(cells, state.subject, run, now)
  else takeBack(state, run.before, now)
  tell(state, endOf(run), now)
  const effects = heard(state, name, now, said)
  return run.pull === null ? effects : [...effects, ...pullRuns(run, run.pull, now)]
}

const onStart = (
  cells: Cells,
  name: string,
  run: Run,
  now: number,
  said: readonly Effect[],
): readonly Effect[] => {
  const subject = subjectOf(cells)
  if (!open(cells, subject, run, now)) return said
  subject.changed |= AFTER_START
  const effects = wakeAfterRecord(subject, now, delayOf(name))
  cells.put('subject', subject)
  return [...said, ...effects]
}

const heard = (
  state: State,
  name: string,
  now: number,
  said: readonly Effect[],
): readonly Effect[] => {
  const effects = wakeAfterRecord(state.subject, now, delayOf(name))
  keep(state)
  return [...said, ...effects]
}

/** Counts an end in the panes of its finish, and what it changes in the sequence of ends. */
const tell = (state: State, end: RunEnd | null, now: number): void => {
  if (end === null) return
  const { finishedAt } = end
  const own = countersOf(end, 1)
  if (paneEnd(finishedAt, PANE_MS) <= now) add(own, ID.late, 1)
  placeOthers(state, finishedAt, own, insertEnd(state.subject, end), now)
  place(state, finishedAt, own, now, 1)
}

/** Takes an earlier telling of an end back from where it was counted. */
const takeBack = (state: State, end: RunEnd | null, now: number): void => {
  if (end === null) return
  const { finishedAt } = end
  const own = countersOf(end, -1)
  placeOthers(state, finishedAt, own, removeEnd(state.subject, end), now)
  place(state, finishedAt, own, now)
}

/** Places what an end changes at other instants; what it changes at its own goes with its own counters. */
const placeOthers = (
  state: State,
  finishedAt: number,
  own: Counters,
  changes: readonly Change[],
  now: number,
): void => {
  for (const [at, delta] of changes)
    if (at === finishedAt) merge(own, delta, 1)
    else place(state, at, delta, now)
}

/** Adds to the panes of an instant, and to what the repository is told. */
const place = (state: State, at: number, delta: Counters, now: number, late = 0): void => {
  addPending(state.cells, state.subject, at, delta)
  count(state, at, now, delta, late)
}
