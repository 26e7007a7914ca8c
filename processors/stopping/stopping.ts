/**
 * Forecasts every running run and says when it is no longer worth its machine; scores it at its end and learns from it.
 * A job's history changes only when one of its runs ends; running runs are looked at when something of theirs
 * happens and at instants computed beforehand.
 */

import type { Act, Run, Signal, TestResult } from '../../schemas/events.ts'
import { durationSeconds, failedClass } from '../../schemas/outcomes.ts'
import {
  clearTimer,
  drop,
  emit,
  type Cells,
  type Effect,
  type Processor,
  type Tables,
} from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { CELLS } from './cells.ts'
import { onAct, weightOf } from './cut.ts'
import { onProgress, onSignal, onTest } from './heard.ts'
import { afterEnd, onProfileTimer, PROFILE_TIMER } from './learn.ts'
import { type Ages, lookAgain } from './look-again.ts'
import { isOfRedTest } from './red-tests.ts'
import { scoreOf } from './score.ts'
import { onStarted } from './started.ts'
import { historyOf, openRuns, putOpenRuns, type RunningRun } from './state.ts'
import { isWaitTold } from './waiting.ts'

export const stopping: Processor = {
  name: 'stopping',
  inputs: ['ci.test-results.v1', 'ci.runs.v1', 'ci.signals.v1', 'ci.acts.v1'],
  broadcasts: ['ci.priors.v1'],
  outputs: [
    'ci.forecasts.v1',
    'ci.decisions.v1',
    'ci.scores.v1',
    'ci.job-profiles.v1',
    'ci.pool-outcomes.v1',
  ],
  cells: CELLS,
  wants: (record, topic) =>
    topic === 'ci.test-results.v1'
      ? isOfRedTest(record as TestResult)
      : topic !== 'ci.runs.v1' || isTelling(record as Run),
  step: (cells, key, input, now, tables) => {
    if (input.kind === 'record' && input.topic === 'ci.test-results.v1')
      return onTest(cells, input.record as TestResult, now, tables)
    if (input.kind === 'record' && input.topic === 'ci.acts.v1')
      return onAct(cells, input.record as Act)
    if (input.kind === 'record')
      return input.topic === 'ci.signals.v1'
        ? onSignal(cells, input.record as Signal, now, tables)
        : onRun(cells, input.record as Run, now, tables)
    if (input.timer === PROFILE_TIMER) return onProfileTimer(cells, key, now, tables)
    return lookAgain(cells, input.timer, 'time', `${key}/${input.timer}/${now}`, now, tables)
  },
}

/** False for a step of a run without trouble. What is not a step may tell when a run started that is known to run. */
const isTelling = (run: Run): boolean =>
  run.step === null ||
  run.change !== 'progress' ||
  run.failedSteps.length > 0 ||
  run.failedTests > 0 ||
  isWaitTold(run) ||
  run.labels['policy'] !== undefined

const onRun = (cells: Cells, run: Run, now: number, tables: Tables): Effect[] => {
  const running = cells.get(runCell(run)) as RunningRun | undefined
  if (run.change === 'finished') return onFinished(cells, run, running, now, tables)
  if (run.phase !== 'running' || run.startedAt === null) return [drop('no-use')]
  if (running === undefined) return onStarted(cells, run, run.startedAt, now, tables)
  return onProgress(cells, run, running, now, tables)
}

const onFinished = (
  cells: Cells,
  run: Run,
  running: RunningRun | undefined,
  now: number,
  tables: Tables,
): Effect[] => {
  const cell = runCell(run)
  const weight = weightOf(historyOf(cells).cut, run, running)
  const learned = afterEnd(cells, run, running, weight, now, tables)
  const score = scoreOf(run, running, historyOf(cells).guard, weight, now)
  const effects: Effect[] = [emit('ci.scores.v1', score)]
  if (running !== undefined) {
    cells.delete(cell)
    effects.push(clearTimer(cell))
  }
  const open = openRuns(cells)
  const others = open.runs.filter((other) => other !== cell)
  if (running !== undefined)
    putOpenRuns(cells, {
      runs: others,
      stopped: open.stopped.filter((other) => other !== cell),
    })
  effects.push(...learned)
  const isTold = failedClass(run.outcome ?? 'unknown') !== null || durationSeconds(run) !== null
  const ages: Ages = new Map()
  if (isTold)
    for (const other of others)
      effects.push(...lookAgain(cells, other, 'history', run.eventId, now, tables, ages))
  return effects
}
