/**
 * Forecasts every running run and says when it is no longer worth its machine; scores it at its end and learns from it.
 * A job's history changes only when one of its runs ends; running runs are looked at when something of theirs
 * happens and at instants computed beforehand.
 */

import type { Run, Signal, TestResult } from '../../schemas/events.ts'
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
import type { Basis } from './basis.ts'
import { BASELINES } from './baselines/index.ts'
import { CELLS } from './cells.ts'
import { changeOf, onChange } from './changes.ts'
import { checkpointSeconds } from './checkpoints.ts'
import { headOf } from './head.ts'
import { afterEnd, onProfileTimer, PROFILE_TIMER } from './learn.ts'
import { look } from './look.ts'
import { weightOf } from './cut.ts'
import { isMendRare } from './mended.ts'
import { GROUNDS } from './permit.ts'
import { agedRatio } from './overtaken.ts'
import { isProtected, policyOf } from './policy.ts'
import { isMoreRed, isOfRedTest, NO_TESTS, noteTest } from './red-tests.ts'
import type { Cause } from './say.ts'
import { scoreOf } from './score.ts'
import { RED_TESTS } from './signs.ts'
import {
  changesOf,
  fitOf,
  historyOf,
  MAX_OPEN,
  openRuns,
  type OpenRuns,
  putOpenRuns,
  sampleOf,
  testsOf,
  type RunningRun,
} from './state.ts'
import { viewOf, type View } from './view.ts'
import { isWaitTold, NO_WAIT, noteWait, workedBy } from './waiting.ts'

export const stopping: Processor = {
  name: 'stopping',
  inputs: ['ci.test-results.v1', 'ci.runs.v1', 'ci.signals.v1'],
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
  const signs = signsOf(run, running)
  const isSign = signs.length > running.signs.length || isMoreRed(run, running)
  const closes = !running.isClosing && isClosing(run, running)
  const waits = noteWait(running, run)
  if (!isSign && !closes && !waits) return [drop('no-use')]
  running.isClosing ||= closes
  if (isSign) noteSigns(running, run, signs)
  cells.put(runCell(run), running)
  const cause = isSign || closes ? 'sign' : 'wait'
  return lookAgain(cells, runCell(run), cause, run.eventId, now, tables)
}
const noteSigns = (running: RunningRun, run: Run, signs: string[]): void => {
  running.signs = signs
  running.redCount = run.failedTests
  running.signSeconds ??= workedBy(running, run.eventAt)
  if (run.failedSteps.length > 0)
    running.baselines['first-failed-step'] ??= Math.max(0, (run.eventAt - running.startedAt) / 1000)
}
/** What was counted before may be named now, or said to have passed when tried again. */
const onTest = (cells: Cells, result: TestResult, now: number, tables: Tables): Effect[] => {
  const running = cells.get(runCell(result)) as RunningRun | undefined
  if (running === undefined || !noteTest(running, result)) return [drop('no-use')]
  if (!running.signs.includes(RED_TESTS)) running.signs = [...running.signs, RED_TESTS]
  running.signSeconds ??= workedBy(running, result.eventAt)
  cells.put(runCell(result), running)
  return lookAgain(cells, runCell(result), 'sign', result.eventId, now, tables)
}
const onSignal = (cells: Cells, signal: Signal, now: number, tables: Tables): Effect[] => {
  const running = cells.get(runCell(signal)) as RunningRun | undefined
  if (running === undefined) return [drop('no-use')]
  if (signal.kind === 'siblings') running.siblings = signal.weight
  else if (signal.kind === 'clusterTrouble') running.trouble = signal.weight
  else if (signal.kind === 'silent' && isHeard(signal, running))
    noteSilence(running, signal.weight > 0)
  else if (isNews(signal, running))
    running.late = [...running.late, signal.cause].slice(0, MAX_LATE)
  else return [drop('no-use')]
  cells.put(runCell(signal), running)
  return lookAgain(cells, runCell(signal), 'signal', signal.eventId, now, tables)
}

/** A late step says nothing more once a step has failed, and would be counted for what the failed one did. */
const isNews = ({ kind, cause }: Signal, { signs, late }: RunningRun): boolean =>
  kind === 'stepLate' && signs.length === 0 && !late.includes(cause)

/** Silence says nothing more either once a step has failed; that it is over is always news. */
const isHeard = ({ weight }: Signal, { signs, isSilent }: RunningRun): boolean =>
  weight > 0 ? signs.length === 0 && !isSilent : isSilent
const noteSilence = (running: RunningRun, isSilent: boolean): void => {
  running.isSilent = isSilent
  running.wasSilent ||= isSilent
}

/** Late steps remembered of a run. */
const MAX_LATE = 10

/** True where the step that was told last is one that a stop must leave running. */
const isClosing = ({ step }: Run, { labels }: Pick<Run, 'labels'>): boolean =>
  step !== null && labels['policy'] !== undefined && isProtected(policyOf(labels), step)

/** What went wrong in the run so far, by step. */
const signsOf = (run: Run, known?: RunningRun): string[] =>
  run.failedTests > 0 || known?.signs.includes(RED_TESTS) === true
    ? [...run.failedSteps, RED_TESTS]
    : run.failedSteps

const onStarted = (
  cells: Cells,
  run: Run,
  startedAt: number,
  now: number,
  tables: Tables,
): Effect[] => {
  const view = viewOf(cells, run, run.labels, now, tables)
  const signs = signsOf(run)
  const change = changeOf(run)
  const onSame = onChange(changesOf(cells), change)
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
    mayHang: false,
    head: headOf(run),
    change,
    changeFailures: onSame?.failures ?? 0,
    changeRuns: onSame?.runs ?? 0,
    siblings: 0,
    trouble: 0,
    terms: [],
    leadIfFailed: 0,
    leadIfPassed: 0,
    signSeconds: signs.length > 0 ? Math.max(0, (run.eventAt - startedAt) / 1000) : null,
    signs,
    ...NO_TESTS,
    redCount: run.failedTests,
    late: [],
    wasSilent: false,
    isSilent: false,
    peaks: GROUNDS.map(() => 0),
    wanted: GROUNDS.map(() => false),
    isClosing: isClosing(run, run),
    ...NO_WAIT,
    stopSeconds: null,
    leastKept: 0,
    watched: false,
    dueSeconds: checkpointSeconds(view.basis.medianPass),
    checkpoints: [],
    baselines: baselineStops(cells, view),
  }
  noteWait(running, run)
  const open = openRuns(cells)
  if (open.runs.length < MAX_OPEN)
    putOpenRuns(cells, { ...open, runs: [...open.runs, runCell(run)] })
  return lookAt(cells, running, view, 'started', run.eventId)
}

/** What each baseline would do, by what is known when a run starts. */
const baselineStops = (cells: Cells, { history, basis }: View): Record<string, number> => {
  const { seen } = sampleOf(cells)
  const fit = fitOf(cells)
  const stops: Record<string, number> = {}
  for (const rule of BASELINES) {
    const stop = rule.stopSeconds({
      passes: seen.passes,
      passQuantile: (q) => withWait(basis.pass.lasting.quantileBeyond(0, q), history.meanWait),
      recent: history.recent,
      density: { stopSeconds: fit.stopSeconds },
      compat: { stopSeconds: fit.compatStopSeconds },
      firstFailedStepSeconds: null,
    })
    if (stop !== null) stops[rule.name] = stop
  }
  return stops
}

/** Baselines know no waits: what runs wait in the mean belongs to how long they last. */
const withWait = (seconds: number | null, meanWait: number | null): number | null =>
  seconds === null ? null : seconds + (meanWait ?? 0)

const lookAgain = (
  cells: Cells,
  cell: string,
  cause: Cause,
  causeId: string,
  now: number,
  tables: Tables,
  ages: Ages = new Map(),
): Effect[] => {
  const running = cells.get(cell) as RunningRun | undefined
  if (running === undefined) return []
  const view = viewOf(cells, running, running.labels, now, tables)
  return lookAt(cells, running, view, cause, causeId, ages)
}

/** Looks at a run, and keeps who is stopped without a failed step. */
const lookAt = (
  cells: Cells,
  running: RunningRun,
  view: View,
  cause: Cause,
  causeId: string,
  ages: Ages = new Map(),
): Effect[] => {
  const cell = runCell(running)
  const open = openRuns(cells)
  const elapsedSeconds = workedBy(running, view.now)
  const isStopped = open.stopped.includes(cell)
  const isWaiting =
    !isStopped &&
    open.stopped.length >= view.standing.stopsAtOnce &&
    !isMendRare(view.history.failing, running.startedAt, elapsedSeconds, view.basis.medianFail)
  const others = besideOf(cells, open, view, cell, ages)
  const tests = running.redTests.length === 0 ? {} : testsOf(cells)
  const { effects, verdict } = look(running, view, { isWaiting, others, tests }, cause, causeId)
  cells.put(cell, running)
  if (verdict.level === 'stop' && verdict.ground !== 'sign' && !isStopped)
    putOpenRuns(cells, { ...open, stopped: [...open.stopped, cell] })
  return effects
}

/** What the ages of the job's running runs say, by run: worked out once for all that are looked at in one step. */
type Ages = Map<Basis, ReadonlyMap<string, number>>
/** The same of all but one: less than 1 where they say anything. */
const besideOf = (
  cells: Cells,
  { runs }: OpenRuns,
  view: View,
  own: string,
  ages: Ages,
): readonly number[] => {
  if (runs.length === 0 || (runs.length === 1 && runs[0] === own)) return NO_OTHERS
  const others: number[] = []
  for (const [cell, ratio] of agesOf(cells, runs, view, ages)) if (cell !== own) others.push(ratio)
  return others
}
const NO_OTHERS: readonly number[] = []
const agesOf = (
  cells: Cells,
  runs: readonly string[],
  { basis, now }: View,
  ages: Ages,
): ReadonlyMap<string, number> => {
  const known = ages.get(basis)
  if (known !== undefined) return known
  const ratios = new Map<string, number>()
  for (const cell of runs) {
    const run = cells.get(cell) as RunningRun | undefined
    const ratio = run === undefined ? 1 : agedRatio(basis, run, now)
    if (ratio < 1) ratios.set(cell, ratio)
  }
  ages.set(basis, ratios)
  return ratios
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
