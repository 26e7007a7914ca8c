/**
 * Follows the log of a running job: lines to facts about its steps and tests. The facts are the same however the log
 * was cut into pieces and readings. The state is plain data, small enough to be kept with the position in the log.
 */

import type { RunEvent, RunEventKind, RunRef } from '../../../schemas/events.ts'
import { labelsOf, runFact } from '../../payload/facts.ts'
import { keyOf } from '../../payload/json.ts'
import { lengthMs } from '../../payload/times.ts'
import { milestoneOf, type Milestone } from './milestones.ts'
import { stampOf } from './stamps.ts'

export interface LogState {
  /** Time of the newest line that told one. */
  lastAt: number | null
  /** Steps that run, with their start. */
  readonly open: Record<string, number>
  leaseSince: number | null
  isStarvedTold: boolean
  passed: number
  failed: number
  readonly failedTests: string[]
  isListing: boolean
}

export const newLogState = (): LogState => ({
  lastAt: null,
  open: {},
  leaseSince: null,
  isStarvedTold: false,
  passed: 0,
  failed: 0,
  failedTests: [],
  isListing: false,
})

/** The wait for a lease is a step like any other: a run that waits is not a run that works. */
const LEASE_STEP = 'acquire-lease'
/** A wait so long is a queue that starves: of the recorded runs that still waited, more than half failed. */
const STARVED_MS = 30 * 60_000

const MAX_OPEN = 100
const MAX_FAILED_TESTS = 50
const MAX_TEST_NAME = 300

export interface Hearing {
  readonly run: RunRef
  readonly now: number
}
type Say = (
  kind: RunEventKind,
  eventAt: number,
  more: Partial<RunEvent>,
  ...id: readonly string[]
) => void

const startStep = (state: LogState, step: string, at: number, say: Say): void => {
  const name = keyOf(step)
  if (name in state.open || Object.keys(state.open).length >= MAX_OPEN) return
  state.open[name] = at
  say('stepStarted', at, { step, startedAt: at }, step, String(at))
}

const finishStep = (
  state: LogState,
  step: string,
  at: number,
  seconds: number | null,
  end: Pick<RunEvent, 'outcome' | 'rawOutcome'>,
  say: Say,
): void => {
  const ranMs = lengthMs(seconds, 1000)
  const told = ranMs === null ? null : at - ranMs
  const startedAt = state.open[keyOf(step)] ?? told
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
  delete state.open[keyOf(step)]
  say('stepFinished', at, { ...end, step, startedAt }, step, String(at))
}

/** Says once that the queue starves, at the instant at which that became true. */
const tellStarved = (state: LogState, until: number, say: Say): void => {
  if (state.leaseSince === null || state.isStarvedTold) return
  const at = state.leaseSince + STARVED_MS
  if (until < at) return
  state.isStarvedTold = true
  say('logProgress', at, { step: LEASE_STEP, labels: { capacity: 'starved' } }, 'starved')
}

const endLease = (
  state: LogState,
  at: number,
  end: Pick<RunEvent, 'outcome' | 'rawOutcome'>,
  say: Say,
): void => {
  if (state.leaseSince === null) return
  tellStarved(state, at, say)
  state.leaseSince = null
  finishStep(state, LEASE_STEP, at, null, end, say)
}

const sayTests = (state: LogState, at: number, say: Say): void => {
  const { passed, failed, failedTests } = state
  const counts = { passed, failed, failedTests: [...failedTests] }
  say('testsReported', at, counts, String(passed), String(failed), String(at))
}

const noteFailed = (state: LogState, test: string): void => {
  const name = test.trim().slice(0, MAX_TEST_NAME)
  if (state.failedTests.length < MAX_FAILED_TESTS && !state.failedTests.includes(name))
    state.failedTests.push(name)
}

const onTest = (state: LogState, test: string, hasFailed: boolean, at: number, say: Say): void => {
  if (!hasFailed) {
    state.passed += 1
    return
  }
  state.failed += 1
  noteFailed(state, test)
  if (state.failed <= MAX_FAILED_TESTS) sayTests(state, at, say)
}

const onMilestone = (state: LogState, milestone: Milestone, at: number, say: Say): void => {
  switch (milestone.is) {
    case 'leaseWait':
      if (state.leaseSince !== null) return
      state.leaseSince = at
      startStep(state, LEASE_STEP, at, say)
      return
    case 'leaseGot':
      endLease(state, at, { outcome: 'success', rawOutcome: 'acquired' }, say)
      return
    case 'leaseFailed':
      endLease(state, at, { outcome: 'error', rawOutcome: milestone.word }, say)
      return
    case 'stepStarted':
      startStep(state, milestone.step, at, say)
      return
    case 'stepFinished': {
      const { step, seconds, outcome, word } = milestone
      finishStep(state, step, at, seconds, { outcome, rawOutcome: word }, say)
      return
    }
    case 'failingTests':
      state.isListing = true
      return
    case 'test':
      onTest(state, milestone.test, milestone.hasFailed, at, say)
      return
    case 'testCounts':
      // ci-operator prints what a failed step said a second time at its end.
      if (state.passed === milestone.passed && state.failed === milestone.failed) return
      state.passed = milestone.passed
      state.failed = milestone.failed
      sayTests(state, at, say)
      return
    case 'verdict': {
      const { word, reason } = milestone
      const labels = labelsOf({ log_verdict: word, reason })
      say('logProgress', at, { labels }, 'verdict', word, reason ?? '')
    }
  }
}

/** Facts of the next lines. Changes the state in place. */
export const readLines = (state: LogState, lines: readonly string[], hearing: Hearing) => {
  const { run, now } = hearing
  const facts: RunEvent[] = []
  const say: Say = (kind, eventAt, more, ...id) => {
    facts.push(runFact(run, kind, { eventAt, observedAt: now }, more, ...id))
  }
  for (const line of lines) {
    const { at: told, text } = stampOf(line, now)
    if (told !== null) state.lastAt = Math.max(told, state.lastAt ?? told)
    const milestone = milestoneOf(text)
    if (state.isListing && milestone === null)
      if (text.startsWith('Writing JUnit') || text.startsWith('Flaky tests:'))
        state.isListing = false
      else if (text.trim() !== '') noteFailed(state, text)
    if (milestone === null) continue
    if (milestone.is !== 'failingTests') state.isListing = false
    onMilestone(state, milestone, told ?? state.lastAt ?? now, say)
  }
  return facts
}

/** What a reading tells beside its lines: how long the log is by now (null: as before), and whether the queue starves. */
export const readingEnd = (
  state: LogState,
  logBytes: number | null,
  { run, now }: Hearing,
): RunEvent[] => {
  const facts: RunEvent[] = []
  const say: Say = (kind, eventAt, more, ...id) => {
    facts.push(runFact(run, kind, { eventAt, observedAt: now }, more, ...id))
  }
  tellStarved(state, now, say)
  if (logBytes === null) return facts
  const step = Object.keys(state.open).at(-1) ?? null
  say('logProgress', Math.min(state.lastAt ?? now, now), { logBytes, step }, String(logBytes))
  return facts
}
