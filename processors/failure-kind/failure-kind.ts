/**
 * Processor `failure-kind`: why a run fails, from its logs as they grow, its failed tests and what its source tells. It speaks
 * while the run still runs where a line names the cause, and again when more is heard; the failure of each run is counted once,
 * some minutes after its end, when its last lines were read. A run of which nothing was heard from inside has no kind.
 */

import type { LogExcerpt, Run, RunRef, TestResult } from '../../schemas/events.ts'
import {
  drop,
  setTimer,
  type Cells,
  type Effect,
  type Model,
  type Processor,
  type Tables,
} from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { hearEnd, hearExcerpt, hearFailedTest, hearTold, takeBack } from './hear.ts'
import { sayKind, saySighting } from './say.ts'
import { KIND_CELLS, newRun, type RunState } from './state.ts'

const MINUTE_MS = 60_000
/** The last lines of a log, and its test files, come within so long of the end of a run. */
export const SETTLE_MS = 15 * MINUTE_MS
/** Repeats are recognised for so long after a run was last heard. */
const REMEMBERED_MS = 14 * 24 * 60 * MINUTE_MS
const NO_EFFECTS: readonly Effect[] = []
/** The step that ends the wait for capacity. */
const WAIT_STEP = 'acquire-lease'

export const failureKind: Processor = {
  name: 'failure-kind',
  inputs: ['ci.log-excerpts.v1', 'ci.test-results.v1', 'ci.runs.v1'],
  outputs: ['ci.failure-kinds.v1', 'ci.failure-sightings.v1'],
  cells: KIND_CELLS,
  wants(record, topic) {
    if (topic === 'ci.runs.v1') return isWanted(record as Run)
    return topic !== 'ci.test-results.v1' || isFailed(record as TestResult)
  },
  step(cells, key, input, now, tables) {
    if (input.kind === 'timer') return onTimer(cells, key, input.timer, now, tables)
    switch (input.topic) {
      case 'ci.runs.v1':
        return onRun(cells, input.record as Run, now, tables)
      case 'ci.test-results.v1':
        return onTest(cells, input.record as TestResult, now, tables)
      default:
        return onExcerpt(cells, input.record as LogExcerpt, now, tables)
    }
  },
}

const isFailed = ({ status }: TestResult): boolean => status === 'failed' || status === 'error'
/** Ends, and what is told of the wait for capacity. */
const isWanted = ({ change: what, step, labels }: Run): boolean =>
  what === 'finished' ||
  what === 'corrected' ||
  (what === 'progress' && step === WAIT_STEP && labels['capacity'] === 'starved')

const modelOf = ({ models }: Tables): Model | undefined => models?.['failure-kind']
const stateOf = (cells: Cells, run: RunRef): RunState | undefined =>
  cells.get(runCell(run)) as RunState | undefined

const onExcerpt = (
  cells: Cells,
  excerpt: LogExcerpt,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  if (excerpt.eventAt <= now - REMEMBERED_MS) return [drop('expired')]
  if (cells.get('reads') === undefined) cells.put('reads', { sinceAt: now })
  // An announcement: the log comes later.
  if (excerpt.linesRead === 0 && !excerpt.isEnd) return NO_EFFECTS
  return change(cells, excerpt, now, tables, (run) => hearExcerpt(run, excerpt))
}

const onTest = (
  cells: Cells,
  result: TestResult,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  if (result.eventAt <= now - REMEMBERED_MS) return [drop('expired')]
  return change(cells, result, now, tables, (run) => hearFailedTest(run, result))
}

const onRun = (cells: Cells, run: Run, now: number, tables: Tables): readonly Effect[] => {
  if (run.change === 'finished' || run.change === 'corrected') return onEnd(cells, run, now, tables)
  // The label stays with the run; the wait is over once its step is.
  if (run.stepOutcome === 'success')
    return change(cells, run, now, tables, (state) => takeBack(state, 'starved'))
  if (run.stepOutcome !== null) return NO_EFFECTS
  const told = 'waits for capacity longer than runs that get it (label capacity=starved)'
  return change(cells, run, now, tables, (state) => hearTold(state, 'starved', told))
}

const onEnd = (cells: Cells, run: Run, now: number, tables: Tables): readonly Effect[] => {
  // The end of a run matters where something of it was heard from inside, or may come yet.
  if (stateOf(cells, run) === undefined && cells.get('reads') === undefined) return NO_EFFECTS
  const effects = change(cells, run, now, tables, (state) => {
    hearEnd(state, run)
    return true
  })
  return [...effects, setTimer(runCell(run), now + SETTLE_MS)]
}

/** Lets a run hear something; says what has changed by it. */
const change = (
  cells: Cells,
  ref: RunRef & { readonly eventId: string; readonly eventAt: number },
  now: number,
  tables: Tables,
  hear: (run: RunState) => boolean,
): readonly Effect[] => {
  const cell = runCell(ref)
  const known = cells.get(cell) as RunState | undefined
  const run = known ?? newRun()
  if (run.isSettled) return [drop('expired')]
  if (!hear(run)) return [drop('duplicate')]
  run.heardAt = now
  const effects = sayKind(run, ref, now, modelOf(tables))
  cells.put(cell, run)
  return known === undefined ? [...effects, setTimer(cell, now + REMEMBERED_MS)] : effects
}

/** First the failure is counted and its lines are let go; later the run is forgotten. */
const onTimer = (
  cells: Cells,
  key: string,
  timer: string,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const run = cells.get(timer) as RunState | undefined
  if (run === undefined) return NO_EFFECTS
  const forgetAt = run.heardAt + REMEMBERED_MS
  if (forgetAt <= now) {
    cells.delete(timer)
    return NO_EFFECTS
  }
  if (run.isFailure === null || run.isSettled) return [setTimer(timer, forgetAt)]
  const effects = run.isFailure ? saySighting(run, key, timer, now, modelOf(tables)) : []
  run.ledgers = run.ledgers.map((ledger) => ({ ...ledger, signs: [] }))
  run.tests = []
  run.isSettled = true
  cells.put(timer, run)
  return [...effects, setTimer(timer, forgetAt)]
}
