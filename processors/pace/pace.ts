/**
 * The clock of steps and tests: how long each takes in this job when it passes and when it fails, which of them is past the
 * point where it still passes, and, at that very instant, word to the running run that a step of it is, or that it has been
 * silent for longer than passes are.
 */

import type { Pace, Run, RunRef, Signal, TestResult } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, keyParts, runName } from '../../schemas/keys.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { phaseOf } from '../phase.ts'
import {
  clearTimer,
  drop,
  emit,
  setTimer,
  type Cells,
  type Effect,
  type Processor,
} from '../processor.ts'
import { CELLS, partCell, partsOf, RESULT, type PartKind } from './cells.ts'
import { longestPass, newPart, paceOf, refit, remember, type Part, type Result } from './part.ts'
import { endTalk, isSilenceTimer, isWord, onSilence, onWord, SILENCE } from './silence.ts'

/** What takes less than this is not worth a clock: a look at a run costs more than could be saved. */
const LEAST_SECONDS = 30
/** Parts remembered of a job; of more, the first heard of are forgotten. */
const MAX_PARTS = 300
/** Parts told of a job: those past their point, then those that fail, then the longest. */
const MAX_TOLD = 100
/** What a job's parts come to is told within the hour after they changed, each job in its turn. */
const TOLD_EVERY_MS = 3_600_000
const TELL = 'tell'
const LATE = 'late/'
const NO_EFFECTS: readonly Effect[] = []
const NO_USE: readonly Effect[] = [drop('no-use')]

export const pace: Processor = {
  name: 'pace',
  inputs: ['ci.test-results.v1', 'ci.runs.v1'],
  outputs: ['ci.paces.v1', 'ci.signals.v1'],
  cells: CELLS,
  wants: (record, topic) =>
    topic === 'ci.test-results.v1'
      ? isTimed(record as TestResult)
      : isWord(record as Run) || isOfStep(record as Run),
  step: (cells, key, input, now) => {
    if (input.kind === 'timer') return onTimer(cells, key, input.timer, now)
    if (input.topic === 'ci.test-results.v1')
      return onTest(cells, key, input.record as TestResult, now)
    return onRun(cells, key, input.record as Run, now)
  },
}

const onTimer = (cells: Cells, key: string, timer: string, now: number): Effect[] => {
  if (timer === TELL) return tell(cells, key, now)
  return isSilenceTimer(timer) ? onSilence(cells, key, timer, now) : onLate(key, timer, now)
}

const onRun = (cells: Cells, key: string, run: Run, now: number): readonly Effect[] => {
  const ofRun = onChange(cells, key, run, now)
  const ofStep = isOfStep(run) ? onStep(cells, key, run, now) : NO_EFFECTS
  if (ofStep.length === 0) return ofRun.length === 0 ? NO_USE : ofRun
  return ofRun.length === 0 ? ofStep : [...ofRun, ...ofStep]
}
const onChange = (cells: Cells, key: string, run: Run, now: number): readonly Effect[] => {
  if (run.change === 'finished') return onOver(cells, key, run, now)
  return isWord(run) ? onWord(cells, run, now) : NO_EFFECTS
}
const onStep = (cells: Cells, key: string, run: Run, now: number): readonly Effect[] =>
  run.stepOutcome === null ? onStart(cells, run, now) : onEnd(cells, key, run, now)

/** What the run was silent for at most is what runs of the job may be. */
const onOver = (cells: Cells, key: string, run: Run, now: number): Effect[] => {
  const { seconds, effects } = endTalk(cells, run, now)
  const failed = failedClass(run.outcome ?? 'unknown')
  if (seconds === null || failed === null) return effects
  const result = { failed, seconds, runId: run.runId, run: runName(run) }
  return [...effects, ...learn(cells, key, 'silence', SILENCE, result, now)]
}

const isTimed = ({ durationSeconds, status }: TestResult): boolean =>
  (durationSeconds ?? 0) >= LEAST_SECONDS && RESULT[status] !== null
const isOfStep = ({ step, stepOutcome, stepStartedAt, eventAt, change }: Run): boolean =>
  step !== null &&
  stepStartedAt !== null &&
  change !== 'corrected' &&
  (stepOutcome === null || eventAt - stepStartedAt >= LEAST_SECONDS * 1000)

const lateTimer = ({ runId, attempt }: RunRef, step: string): string =>
  `${LATE}${keyOf(runId, String(attempt), step)}`

const onStart = (cells: Cells, run: Run, now: number): readonly Effect[] => {
  const step = run.step ?? ''
  const part = cells.get(partCell('step', step)) as Part | undefined
  const longest = part === undefined ? null : longestPass(part)
  if (longest === null || longest < LEAST_SECONDS) return NO_EFFECTS
  const due = (run.stepStartedAt ?? run.eventAt) + Math.ceil(longest * 1000)
  return [setTimer(lateTimer(run, step), Math.max(now + 1, due))]
}

const onEnd = (cells: Cells, key: string, run: Run, now: number): Effect[] => {
  const step = run.step ?? ''
  const failed = failedClass(run.stepOutcome ?? 'unknown')
  const over = clearTimer(lateTimer(run, step))
  if (failed === null) return [over]
  const seconds = (run.eventAt - (run.stepStartedAt ?? run.eventAt)) / 1000
  const result = { failed, seconds, runId: run.runId, run: runName(run) }
  return [over, ...learn(cells, key, 'step', step, result, now)]
}

const onTest = (cells: Cells, key: string, result: TestResult, now: number): Effect[] => {
  const failed = RESULT[result.status]
  if (failed === null) return [drop('no-use')]
  const { runId, durationSeconds } = result
  const told = { failed, seconds: durationSeconds ?? 0, runId, run: runName(result) }
  return learn(cells, key, 'test', result.test, told, now)
}

const learn = (
  cells: Cells,
  key: string,
  kind: PartKind,
  name: string,
  result: Result,
  now: number,
): Effect[] => {
  const cell = partCell(kind, name)
  let part = cells.get(cell) as Part | undefined
  if (part === undefined) {
    part = newPart()
    keepName(cells, cell)
  }
  if (!remember(part, result)) return [drop('duplicate')]
  cells.put(cell, part)
  const turn = phaseOf(key, TOLD_EVERY_MS)
  return [setTimer(TELL, (Math.floor((now - turn) / TOLD_EVERY_MS) + 1) * TOLD_EVERY_MS + turn)]
}

const keepName = (cells: Cells, cell: string): void => {
  const names = [...partsOf(cells), cell]
  const [first] = names
  if (names.length > MAX_PARTS && first !== undefined) {
    cells.delete(first)
    names.shift()
  }
  cells.put('parts', { names })
}

const KINDS: readonly PartKind[] = ['step', 'test', 'silence']
const kindOf = (cell: string): PartKind =>
  KINDS.find((kind) => cell.startsWith(partCell(kind, ''))) ?? 'test'

const tell = (cells: Cells, key: string, now: number): Effect[] => {
  const [source = '', repo = '', job = ''] = keyParts(key)
  const parts = partsOf(cells).flatMap((cell) => {
    const part = cells.get(cell) as Part | undefined
    if (part === undefined) return []
    refit(part)
    cells.put(cell, part)
    const kind = kindOf(cell)
    return paceOf(kind, cell.slice(partCell(kind, '').length), part)
  })
  parts.sort(
    (a, b) =>
      Number(b.isPast) - Number(a.isPast) ||
      b.failures - a.failures ||
      (b.medianPassSeconds ?? 0) - (a.medianPassSeconds ?? 0) ||
      (a.name < b.name ? -1 : 1),
  )
  const told: Pace = {
    eventId: derivedId(key, `pace/${now}`),
    eventAt: now,
    observedAt: now,
    source,
    repo,
    job,
    known: parts.length,
    parts: parts.slice(0, MAX_TOLD),
  }
  return [emit('ci.paces.v1', told)]
}

/** A step is past the point where it still passes. A run that has ended meanwhile has no use for it. */
const onLate = (key: string, timer: string, now: number): Effect[] => {
  const [source = '', repo = '', job = ''] = keyParts(key)
  const [runId = '', attempt = '', step = ''] = keyParts(timer.slice(LATE.length))
  const told: Signal = {
    eventId: derivedId(key, `${timer}/${now}`),
    eventAt: now,
    observedAt: now,
    source,
    repo,
    job,
    runId,
    attempt: Number(attempt),
    kind: 'stepLate',
    cause: step,
    weight: 1,
  }
  return [emit('ci.signals.v1', told)]
}
