/** What is heard of a running run: steps, tests, signals of other processors. */

import type { Run, Signal, TestResult } from '../../schemas/events.ts'
import { drop, type Cells, type Effect, type Tables } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { lookAgain } from './look-again.ts'
import { isProtected, policyOf } from '../../schemas/policy.ts'
import { isMoreRed, noteTest } from './red-tests.ts'
import { RED_TESTS } from './signs.ts'
import type { RunningRun } from './state.ts'
import { noteWait, workedBy } from './waiting.ts'

/** Looks at it again where something went wrong, its last steps begin, or it waits or has waited. */
export const onProgress = (
  cells: Cells,
  run: Run,
  running: RunningRun,
  now: number,
  tables: Tables,
): Effect[] => {
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
export const onTest = (cells: Cells, result: TestResult, now: number, tables: Tables): Effect[] => {
  const running = cells.get(runCell(result)) as RunningRun | undefined
  if (running === undefined || !noteTest(running, result)) return [drop('no-use')]
  if (!running.signs.includes(RED_TESTS)) running.signs = [...running.signs, RED_TESTS]
  running.signSeconds ??= workedBy(running, result.eventAt)
  cells.put(runCell(result), running)
  return lookAgain(cells, runCell(result), 'sign', result.eventId, now, tables)
}

export const onSignal = (cells: Cells, signal: Signal, now: number, tables: Tables): Effect[] => {
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
export const isClosing = ({ step }: Run, { labels }: Pick<Run, 'labels'>): boolean =>
  step !== null && labels['policy'] !== undefined && isProtected(policyOf(labels), step)

/** What went wrong in the run so far, by step. */
export const signsOf = (run: Run, known?: RunningRun): string[] =>
  run.failedTests > 0 || known?.signs.includes(RED_TESTS) === true
    ? [...run.failedSteps, RED_TESTS]
    : run.failedSteps
