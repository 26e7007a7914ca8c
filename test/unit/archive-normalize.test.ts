import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../producers/archive/instant.ts'
import { readRun, readStep, readTest } from '../../producers/archive/normalize.ts'
import { PROBLEMS, RefusedRow } from '../../producers/archive/problems.ts'
import { outcomeOf, testStatusOf } from '../../producers/archive/words.ts'
import type { Row } from '../../producers/archive/columns.ts'

const RUN = { source: 'ci', repo: 'o/r', job: 'build', run_id: '7', attempt: '' }
const AT = { queued_at: '2026-01-01T10:00:00Z', started_at: '2026-01-01T10:01:00Z' }
const END = { finished_at: '2026-01-01T10:11:00Z', conclusion: 'success' }
const MINUTE_MS = 60_000
const START = Date.UTC(2026, 0, 1, 10)

const said = (row: Row): readonly string[] =>
  readRun({ ...RUN, ...row }).facts.map(
    ({ kind, observedAt }) => `${kind} at minute ${(observedAt - START) / MINUTE_MS}`,
  )
const refusal = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof RefusedRow) return `${error.reason}: ${error.message}`
    throw error
  }
  return 'read'
}

describe('a row of runs.csv', () => {
  it.each<[string, Row, readonly string[]]>([
    [
      'is queued, started and finished at its three times',
      { ...AT, ...END },
      ['queued at minute 0', 'started at minute 1', 'finished at minute 11'],
    ],
    [
      'is still running without a conclusion and a finish',
      { ...AT, status: 'in_progress' },
      ['queued at minute 0', 'started at minute 1'],
    ],
    [
      'has no start where none was heard',
      { ...AT, ...END, started_at: '' },
      ['queued at minute 0', 'finished at minute 11'],
    ],
    [
      'ends when it was seen where only its start is known',
      { started_at: AT.started_at, conclusion: 'failure' },
      ['finished at minute 1'],
    ],
    [
      'never started where it was skipped before its start',
      { started_at: '2026-01-01T10:12:00Z', ...END, conclusion: 'skipped' },
      ['finished at minute 11'],
    ],
    [
      'has no queue time where that lies after its start',
      { ...AT, queued_at: '2026-01-01T10:05:00Z', ...END },
      ['started at minute 1', 'finished at minute 11'],
    ],
  ])('%s', (_, row, expected) => {
    expect(said(row)).toEqual(expected)
  })

  it('tells a missed start with the end, and none where the end has no time of its own', () => {
    const startOfEnd = (row: Row) => readRun({ ...RUN, ...row }).facts.at(-1)?.startedAt
    expect(startOfEnd({ ...AT, ...END })).toBe(START + MINUTE_MS)
    expect(startOfEnd({ started_at: AT.started_at, conclusion: 'failure' })).toBeNull()
  })
  it('notes a start dropped from a run cancelled in the queue, and a queue time after the start', () => {
    const notes = (row: Row) => readRun({ ...RUN, ...row }).notes.map(({ reason }) => reason)
    const late = { started_at: '2026-01-01T10:12:00Z', ...END, conclusion: 'cancelled' }
    expect(notes(late)).toEqual(['start-after-end'])
    expect(notes({ ...late, conclusion: 'skipped' })).toEqual([])
    expect(notes({ ...AT, queued_at: '2026-01-01T10:05:00Z', ...END })).toEqual([
      'queue-after-start',
    ])
  })
  it('tells each label when it is known: some when queued, the machine from the start, the rest at the end', () => {
    const row = {
      ...RUN,
      ...AT,
      ...END,
      group_id: 'g',
      branch: 'main',
      pull: '12',
      log_bytes: '99',
    }
    const early = { family: 'f', version: '4.8', pipeline: 'p', labels: 'gpu' }
    const { facts } = readRun({ ...row, ...early, queue: 'q', runner: 'r', category: 'infra' })
    expect(facts.map(({ labels }) => labels)).toEqual([
      early,
      { ...early, queue: 'q', runner: 'r' },
      { ...early, queue: 'q', runner: 'r', category: 'infra', log_bytes: '99' },
    ])
    expect(facts.map(({ logBytes }) => logBytes)).toEqual([null, null, 99])
    for (const fact of facts) expect(fact).toMatchObject({ group: 'g', branch: 'main', pull: 12 })
  })
  it('has ids that depend on the run and the kind alone', () => {
    const ids = (row: Row) => readRun({ ...RUN, ...row }).facts.map(({ eventId }) => eventId)
    expect(ids({ ...AT, ...END })).toEqual(
      ['queued', 'started', 'finished'].map((kind) => `ci:o/r:build:7#1:${kind}`),
    )
    expect(ids({ ...AT, ...END, conclusion: 'failure' })).toEqual(ids({ ...AT, ...END }))
    expect(ids({ attempt: '2', ...END })).toEqual(['ci:o/r:build:7#2:finished'])
  })
  it("keeps the source's own word beside the outcome", () => {
    const end = (row: Row) => readRun({ ...RUN, ...END, ...row }).facts[0]
    expect(end({ conclusion: 'cancelled' })).toMatchObject({
      outcome: 'aborted',
      rawOutcome: 'cancelled',
    })
    expect(end({ raw_result: 'UNSTABLE' })).toMatchObject({
      outcome: 'success',
      rawOutcome: 'UNSTABLE',
    })
    expect(end({ conclusion: '' })).toMatchObject({ outcome: 'unknown', rawOutcome: null })
    const odd = readRun({ ...RUN, ...END, conclusion: 'exploded' })
    expect(odd.facts[0]).toMatchObject({ outcome: 'unknown', rawOutcome: 'exploded' })
    expect(odd.notes).toEqual([{ reason: 'unknown-word', detail: 'conclusion "exploded"' }])
  })
  it('cuts a label that would not fit bounded state, and says so', () => {
    const { facts, notes } = readRun({ ...RUN, ...END, reason: 'x'.repeat(1_001) })
    expect(facts[0]?.labels['reason']).toHaveLength(1_000)
    expect(notes.map(({ reason }) => reason)).toEqual(['long-label'])
  })
  it.each<[string, Row]>([
    ['missing-value: job is empty', { ...END, job: '' }],
    ['name-too-long: job has 1001 characters', { ...END, job: 'j'.repeat(1_001) }],
    ['bad-attempt: attempt "0"', { ...END, attempt: '0' }],
    ['no-time: queued_at, started_at and finished_at are all empty', { conclusion: 'success' }],
    [
      'finish-before-start: finished_at 2026-01-01T10:11:00Z is before started_at 2026-01-02T00:00:00Z',
      { ...END, started_at: '2026-01-02T00:00:00Z' },
    ],
  ])('is refused with %s', (expected, row) => {
    expect(refusal(() => readRun({ ...RUN, ...row }))).toBe(expected)
  })
})

describe('a row of steps.csv', () => {
  const kinds = (row: Row) =>
    readStep({ ...RUN, step: 'test', ...row }).facts.map(({ kind }) => kind)
  it('gives a start and an end, or the end alone', () => {
    expect(kinds({ ...AT, ...END })).toEqual(['stepStarted', 'stepFinished'])
    expect(kinds(END)).toEqual(['stepFinished'])
    expect(kinds(AT)).toEqual(['stepStarted'])
  })
  it('is left out, with a note, where it has no time at all', () => {
    const { facts, notes } = readStep({ ...RUN, step: 'test', conclusion: 'failure' })
    expect(facts).toEqual([])
    expect(notes.map(({ reason }) => reason)).toEqual(['untimed-step'])
  })
  it('carries its outcome and its name in the id', () => {
    expect(readStep({ ...RUN, step: 'e2e', ...END }).facts[0]).toMatchObject({
      eventId: 'ci:o/r:build:7#1:stepFinished:e2e',
      step: 'e2e',
      outcome: 'success',
    })
  })
})

describe('a row of tests.csv', () => {
  const row = { ...RUN, test: 'TestA', status: 'failed', duration_s: '1.5', message: 'boom' }
  const known = { heardEndAt: START, wallSeconds: 60 }
  it('takes the end of its run where it has no time', () => {
    expect(readTest(row, known).facts[0]).toMatchObject({
      observedAt: START,
      status: 'failed',
      durationSeconds: 1.5,
      message: 'boom',
    })
    expect(readTest({ ...row, finished_at: END.finished_at }, null).facts[0]?.observedAt).toBe(
      START + 11 * MINUTE_MS,
    )
  })
  it('is another fact when it ran again with another result, and the same when said twice', () => {
    const id = (more: Row) => readTest({ ...row, ...more }, known).facts[0]?.eventId
    expect(id({ status: 'passed' })).not.toBe(id({}))
    expect(id({ message: 'again' })).toBe(id({}))
  })
  it('is refused without a time, and with a duration that no run could hold', () => {
    expect(refusal(() => readTest(row, null))).toContain('no-such-run')
    expect(refusal(() => readTest(row, { heardEndAt: null, wallSeconds: null }))).toContain(
      'no-time',
    )
    expect(refusal(() => readTest({ ...row, duration_s: '30000' }, known))).toBe(
      'bad-duration: duration_s 30000 in a run of 60 s: probably milliseconds',
    )
    expect(refusal(() => readTest({ ...row, duration_s: '-1' }, known))).toContain('bad-duration')
  })
})

describe('words', () => {
  it('map to outcomes; a neutral check gave no verdict', () => {
    const words = 'success failure timed_out cancelled skipped neutral error startup_failure stale'
    expect(words.split(' ').map(outcomeOf)).toEqual([
      'success',
      'failure',
      'timedOut',
      'aborted',
      'skipped',
      'skipped',
      'error',
      'error',
      null,
    ])
    expect(['passed', 'failed', 'error', 'xfailed', 'odd'].map(testStatusOf)).toEqual([
      'passed',
      'failed',
      'error',
      'skipped',
      null,
    ])
  })
})

describe('a time', () => {
  it('is ISO 8601 with a zone, to the millisecond', () => {
    const at = (text: string) => parseInstant(text, 'started_at')
    expect(at('2026-07-16T06:00:53Z')).toBe(1784181653000)
    expect(at('2026-07-16T06:00:53.1239Z')).toBe(1784181653123)
    expect(at('2026-07-16 08:00:53+02:00')).toBe(1784181653000)
    expect(at('2026-07-16T06:00Z')).toBe(1784181600000)
    expect(at('')).toBeNull()
  })
  it.each([
    [
      '1718365494',
      'number-for-time: started_at is the number 1718365494, probably seconds since 1970',
    ],
    [
      '1718365494000',
      'number-for-time: started_at is the number 1718365494000, probably milliseconds since 1970',
    ],
    [
      '+056421-01-01T00:00:00Z',
      'absurd-time: started_at +056421-01-01T00:00:00Z has an absurd year: milliseconds were probably read as seconds',
    ],
    [
      '1970-01-20T21:19:25Z',
      'absurd-time: started_at 1970-01-20T21:19:25Z lies outside 2000 to 2100: seconds and milliseconds were probably mixed up',
    ],
    ['2026-02-30T00:00:00Z', 'bad-time: started_at 2026-02-30T00:00:00Z is not in the calendar'],
    [
      '2026-02-03T04:05:06',
      'bad-time: started_at "2026-02-03T04:05:06" is not a time; its zone is missing',
    ],
    ['yesterday', 'bad-time: started_at "yesterday" is not a time'],
  ])('%s is refused', (text, expected) => {
    expect(refusal(() => parseInstant(text, 'started_at'))).toBe(expected)
  })
})

it('every problem has an advice that ends in a full stop', () => {
  for (const { advice } of Object.values(PROBLEMS)) expect(advice).toMatch(/^[A-Z].*\.$/)
})
