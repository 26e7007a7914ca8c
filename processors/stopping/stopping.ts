/**
 * Forecasts every running run and says when it is no longer worth its machine; scores it at its end and learns from it.
 * A job's history changes only when one of its runs ends; running runs are looked at when something of theirs
 * happens and at instants computed beforehand.
 */

import type { Run } from '../../schemas/events.ts'
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
import { BASELINES } from './baselines/index.ts'
import { CELLS } from './cells.ts'
import { checkpointSeconds } from './checkpoints.ts'
import { afterEnd, onProfileTimer, PROFILE_TIMER } from './learn.ts'
import { look, type Cause } from './look.ts'
import { scoreOf } from './score.ts'
import {
  fitOf,
  MAX_OPEN,
  openRuns,
  putOpenRuns,
  runCell,
  sampleOf,
  type RunningRun,
} from './state.ts'
import { viewOf, type View } from './view.ts'

export const stopping: Processor = {
  name: 'stopping',
  inputs: ['ci.runs.v1'],
  broadcasts: ['ci.priors.v1'],
  outputs: [
    'ci.forecasts.v1',
    'ci.decisions.v1',
    'ci.scores.v1',
    'ci.job-profiles.v1',
    'ci.pool-outcomes.v1',
  ],
  cells: CELLS,
  step: (cells, key, input, now, tables) => {
    if (input.kind === 'record') return onRun(cells, input.record as Run, now, tables)
    if (input.timer === PROFILE_TIMER) return onProfileTimer(cells, key, now, tables)
    return lookAgain(cells, input.timer, 'time', `${key}/${input.timer}/${now}`, now, tables)
  },
}

const onRun = (cells: Cells, run: Run, now: number, tables: Tables): Effect[] => {
  const running = cells.get(runCell(run)) as RunningRun | undefined
  if (run.change === 'finished') return onFinished(cells, run, running, now, tables)
  if (run.phase !== 'running' || run.startedAt === null) return [drop('no-use')]
  if (running === undefined) return onStarted(cells, run, run.startedAt, now, tables)
  if (running.signSeconds !== null || !hasBadSign(run)) return [drop('no-use')]
  running.signSeconds = Math.max(0, (run.eventAt - running.startedAt) / 1000)
  const failedStep = run.failedSteps.length > 0
  if (failedStep) running.baselines['first-failed-step'] = running.signSeconds
  cells.put(runCell(run), running)
  return lookAgain(cells, runCell(run), 'sign', run.eventId, now, tables)
}
const hasBadSign = (run: Run): boolean => run.failedSteps.length > 0 || run.failedTests > 0

const onStarted = (
  cells: Cells,
  run: Run,
  startedAt: number,
  now: number,
  tables: Tables,
): Effect[] => {
  const view = viewOf(cells, run, run.labels, now, tables)
  const running: RunningRun = {
    source: run.source,
    repo: run.repo,
    job: run.job,
    runId: run.runId,
    attempt: run.attempt,
    startedAt,
    group: run.group,
    labels: run.labels,
    pFail: view.basis.rate,
    level: null,
    isAlerting: false,
    signSeconds: hasBadSign(run) ? Math.max(0, (run.eventAt - startedAt) / 1000) : null,
    shadowSeconds: null,
    shadowSignSeconds: null,
    stopSeconds: null,
    watched: false,
    dueSeconds: checkpointSeconds(view.basis.medianPass),
    checkpoints: [],
    baselines: baselineStops(cells, view),
  }
  const effects = look(running, view, 'started', run.eventId)
  cells.put(runCell(run), running)
  const open = openRuns(cells)
  if (open.length < MAX_OPEN) putOpenRuns(cells, [...open, runCell(run)])
  return effects
}

/** What each baseline would do, by what is known when a run starts. */
const baselineStops = (cells: Cells, { history, basis }: View): Record<string, number> => {
  const { seen } = sampleOf(cells)
  const fit = fitOf(cells)
  const stops: Record<string, number> = {}
  for (const rule of BASELINES) {
    const stop = rule.stopSeconds({
      passes: seen.passes,
      passQuantile: (q) => basis.pass.lasting.quantileBeyond(0, q),
      recent: history.recent,
      density: { stopSeconds: fit.stopSeconds },
      compat: { stopSeconds: fit.compatStopSeconds },
      firstFailedStepSeconds: null,
    })
    if (stop !== null) stops[rule.name] = stop
  }
  return stops
}

const lookAgain = (
  cells: Cells,
  cell: string,
  cause: Cause,
  causeId: string,
  now: number,
  tables: Tables,
): Effect[] => {
  const running = cells.get(cell) as RunningRun | undefined
  if (running === undefined) return []
  const effects = look(running, viewOf(cells, running, running.labels, now, tables), cause, causeId)
  cells.put(cell, running)
  return effects
}

const onFinished = (
  cells: Cells,
  run: Run,
  running: RunningRun | undefined,
  now: number,
  tables: Tables,
): Effect[] => {
  const cell = runCell(run)
  const effects: Effect[] = [emit('ci.scores.v1', scoreOf(run, running, now))]
  if (running !== undefined) {
    cells.delete(cell)
    effects.push(clearTimer(cell))
  }
  const others = openRuns(cells).filter((open) => open !== cell)
  if (running !== undefined) putOpenRuns(cells, others)
  effects.push(...afterEnd(cells, run, running, now, tables))
  const isTold = failedClass(run.outcome ?? 'unknown') !== null || durationSeconds(run) !== null
  if (isTold)
    for (const open of others)
      effects.push(...lookAgain(cells, open, 'history', run.eventId, now, tables))
  return effects
}
