import { describe, expect, it } from 'vitest'
import { emptyRun, isNews, join, type RunState } from '../../processors/runs/lattice.ts'
import { REMEMBERED_MS, runs, SILENT_MS } from '../../processors/runs/runs.ts'
import type { Run, RunEvent } from '../../schemas/events.ts'
import { aFact, aRun, DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { given, heard, until, type Said } from '../support/given.ts'

const run = aRun()
const START = MONDAY + MINUTE
const END = MONDAY + 10 * MINUTE
const queued = aFact(run, 'queued', MONDAY)
const started = aFact(run, 'started', START)
const stepFailed = aFact(run, 'stepFinished', START + MINUTE, { step: 'build', outcome: 'failure' })
const stepPassed = aFact(run, 'stepFinished', START + MINUTE, { step: 'build', outcome: 'success' })
const stepStarted = aFact(run, 'stepStarted', START, { step: 'build' })
const failed = aFact(run, 'finished', END, { outcome: 'failure', startedAt: START })
const passedLater = aFact(run, 'finished', END + MINUTE, { outcome: 'success', startedAt: START })
const unknownEnd = aFact(run, 'finished', END + HOUR, { outcome: 'unknown' })
const twoRed = aFact(run, 'testsReported', END - MINUTE, { passed: 5, failed: 2 })
const oneRed = aFact(run, 'testsReported', END - 2 * MINUTE, { passed: 5, failed: 1 })

const joined = (...facts: readonly RunEvent[]): RunState =>
  facts.reduce(
    (state, fact) => {
      join(state, fact)
      return state
    },
    emptyRun(run as RunEvent),
  )

describe('the lattice of a run', () => {
  it('is news where anything has changed but who it is of and what is nobody else’s', () => {
    const before = emptyRun(run as RunEvent)
    const silent = Object.keys(before).filter(
      (field) => !isNews(before, { ...before, [field]: Symbol('other') }),
    )
    expect(silent).toEqual(['source', 'repo', 'job', 'runId', 'attempt', 'endRank', 'heardAt'])
  })
  const sentences: [string, RunEvent[], Partial<RunState>][] = [
    ['is queued once queued', [queued], { phase: 'queued', queuedAt: MONDAY }],
    ['runs once started', [queued, started], { phase: 'running', startedAt: START }],
    ['runs once a step of it does', [stepStarted], { phase: 'running', startedAt: null }],
    [
      'is over once it ended',
      [failed],
      { phase: 'finished', outcome: 'failure', startedAt: START },
    ],
    ['stays over when told later that it had started', [failed, started], { phase: 'finished' }],
    ['ends as told last', [failed, passedLater], { outcome: 'success', finishedAt: END + MINUTE }],
    ['takes a known end over an unknown one', [failed, unknownEnd], { outcome: 'failure' }],
    ['counts a step once', [stepStarted, stepFailed, stepFailed], { steps: 1 }],
    ['names failed steps', [stepFailed], { failedSteps: ['build'] }],
    ['forgives a step that passed in the end', [stepFailed, stepPassed], { failedSteps: [] }],
    ['keeps the most red tests', [twoRed, oneRed], { failedTests: 2 }],
    ['takes the earliest start', [aFact(run, 'started', END), started], { startedAt: START }],
  ]
  it.each(sentences)('%s', (_, facts, expected) => {
    expect(joined(...facts)).toMatchObject(expected)
    expect(joined(...facts.toReversed())).toMatchObject(expected)
  })

  it('changes the run in place, but none of its lists and maps', () => {
    const state = joined(queued, stepFailed)
    const before = { ...state }
    for (const part of [state.stepsSeen, state.failedSteps, state.labels]) Object.freeze(part)
    const other = aFact(run, 'stepFinished', END, { step: 'other', outcome: 'failure' })
    for (const fact of [other, { ...failed, labels: { cluster: 'b' } }]) join(state, fact)
    expect(state).toMatchObject({ phase: 'finished', failedSteps: ['build', 'other'] })
    expect(before).toMatchObject({ phase: 'running', failedSteps: ['build'], labels: {} })
  })
})

const says = (change: Run['change'], more: Partial<Run> = {}): Said => ({
  topic: 'ci.runs.v1',
  record: { change, ...more },
})

describe('the runs processor', () => {
  it('publishes each change once', () => {
    given(runs)
      .when(heard(queued))
      .then(says('queued', { phase: 'queued' }))
    given(runs, heard(queued))
      .when(heard(started))
      .then(says('started', { startedAt: START }))
    given(runs, heard(started))
      .when(heard(stepFailed))
      .then(says('progress', { step: 'build', stepOutcome: 'failure', failedSteps: ['build'] }))
    given(runs, heard(started))
      .when(heard(failed))
      .then(says('finished', { outcome: 'failure' }))
  })

  it('says nothing when a fact is heard again', () => {
    for (const fact of [queued, started, stepFailed, failed])
      given(runs, heard(queued), heard(started), heard(stepFailed), heard(failed))
        .when(heard({ ...fact, observedAt: END + HOUR }))
        .thenNothing()
  })

  it('corrects an end with what was said before', () => {
    const before = { outcome: 'failure', durationSeconds: 540, finishedAt: END, queueSeconds: null }
    given(runs, heard(failed))
      .when(heard(passedLater))
      .then(says('corrected', { outcome: 'success', before: before as Run['before'] }))
  })

  it('closes a run as unknown when nothing new was heard of it for 72 hours', () => {
    const silentAt = START + SILENT_MS
    given(runs, heard(queued), heard(started))
      .when(until(silentAt - 1))
      .thenNothing()
    given(runs, heard(queued), heard(started))
      .when(until(silentAt))
      .then(says('finished', { outcome: 'unknown', finishedAt: silentAt, observedAt: silentAt }))
  })

  it('counts the silence from the last news, and takes the real end when it comes after all', () => {
    const news = aFact(run, 'stepStarted', START + DAY, { step: 'deploy' })
    const closed = START + DAY + SILENT_MS
    given(runs, heard(started), heard(news))
      .when(until(closed - 1))
      .thenNothing()
    const late = { ...failed, observedAt: closed + HOUR }
    given(runs, heard(started), heard(news), until(closed))
      .when(heard(late))
      .then(says('corrected', { outcome: 'failure', finishedAt: END }))
  })

  it('forgets a run 14 days after its end and refuses what is older than that', () => {
    const forgotten = END + REMEMBERED_MS
    const case_ = given(runs, heard(started), heard(failed), until(forgotten - 1))
    expect(case_.cells()).toEqual(['run/1#1'])
    case_.when(until(forgotten)).thenNothing()
    expect(case_.cells()).toEqual([])
    case_.when(heard({ ...failed, observedAt: forgotten + 1 })).thenNothing()
  })

  it('did start a run anew by a repeat at the very instant at which it was forgotten', () => {
    const again = { ...failed, observedAt: END + REMEMBERED_MS }
    given(runs, heard(started), heard(failed)).when(heard(again)).thenNothing()
  })

  it('did start a run anew by a repeat of a fact told after its first end', () => {
    for (const told of [passedLater, unknownEnd, { ...stepFailed, eventAt: END + DAY }]) {
      const fact = { ...told, observedAt: told.eventAt }
      const again = { ...fact, observedAt: fact.eventAt + REMEMBERED_MS - 1 }
      given(runs, heard(started), heard(failed), heard(fact)).when(heard(again)).thenNothing()
    }
  })

  it('has no use for a kind it does not know', () => {
    given(runs)
      .when(heard(aFact(run, 'unknown', START)))
      .thenNothing()
  })
})
