import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { countScore } from '../../processors/kpi/scores.ts'
import { merge, type Counters } from '../../processors/kpi/counters.ts'
import type { RunSample } from '../../processors/kpi/ends.ts'
import { KPI_FILES, KPIS, RUN_COUNTS } from '../../processors/kpi/index.ts'
import type { Gauges, Reading, Value } from '../../processors/kpi/row.ts'
import {
  emptySequence,
  failuresInARow,
  insertEnd,
  lastFinish,
} from '../../processors/kpi/sequence.ts'
import type { Checkpoint, Outcome, RuleScore, Score } from '../../schemas/events.ts'
import { HOUR, MINUTE, score, SECOND, T0 } from '../support/kpi-inputs.ts'

/** Files of the folder that are no KPI. */
const MACHINERY = [
  'catalogue',
  'changes',
  'counters',
  'docs',
  'emission',
  'end-counters',
  'ends',
  'histogram',
  'in-flight-runs',
  'index',
  'jobs',
  'measures',
  'names',
  'partials',
  'pull-runs',
  'rollups',
  'row',
  'scores',
  'sequence',
  'subject',
  'window',
]

type Spec = readonly [outcome: Outcome, seconds?: number, queueSeconds?: number]
const samples = (...specs: readonly Spec[]): RunSample[] =>
  specs.map(([outcome, seconds, queueSeconds], i) => ({
    outcome,
    finishedAt: T0 + i * MINUTE,
    durationMs: seconds === undefined ? null : seconds * SECOND,
    queueMs: queueSeconds === undefined ? null : queueSeconds * SECOND,
  }))
const times = (n: number, spec: Spec): Spec[] => Array.from({ length: n }, () => spec)

const countersOf = (runs: readonly RunSample[]): Counters => {
  const counters: Counters = []
  for (const run of runs) for (const count of RUN_COUNTS) count(run, counters, 1)
  return counters
}
const RULES: string[] = []
const scoresOf = (...scores: readonly Score[]): Counters => {
  const counters: Counters = []
  for (const each of scores) merge(counters, countScore(each, RULES), 1)
  return counters
}
const GAUGES: Gauges = {
  asOf: T0,
  inFlight: 0,
  oldestStartAt: null,
  streak: 0,
  ends: 0,
  lastFinishAt: null,
}
const read = (name: string, reading: Partial<Reading>): Value => {
  const row = KPIS.find((kpi) => kpi.name === name)
  if (row === undefined) throw new Error(`no KPI ${name}`)
  return row.value({
    runs: [],
    scores: [],
    rules: RULES,
    fortnight: [],
    gauges: GAUGES,
    ...reading,
  })
}
const ofRuns = (name: string, ...specs: readonly Spec[]): Value =>
  read(name, { runs: countersOf(samples(...specs)) })

/** Ends told in order, in milliseconds since T0. */
const sequenceOf = (...ends: readonly (readonly [at: number, outcome: Outcome])[]) => {
  const sequence = emptySequence()
  const counters: Counters = []
  for (const [at, outcome] of ends)
    for (const [, delta] of insertEnd(sequence, { finishedAt: T0 + at, outcome }))
      merge(counters, delta, 1)
  return { sequence, counters }
}
const expectRatio = (value: Value, parts: readonly [number, number], low: number, high: number) => {
  expect([value.numerator, value.denominator]).toEqual(parts)
  expect(value.value).toBeCloseTo(parts[0] / parts[1], 10)
  expect(value.low).toBeCloseTo(low, 4)
  expect(value.high).toBeCloseTo(high, 4)
  expect(value.n).toBe(parts[1])
}

describe('the KPI table', () => {
  it('has a row for every file and a file for every row', () => {
    const files = readdirSync(new URL('../../processors/kpi', import.meta.url))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((file) => !MACHINERY.includes(file))
    expect(files.sort()).toEqual(Object.keys(KPI_FILES).sort())
    for (const [file, rows] of Object.entries(KPI_FILES))
      for (const row of rows) expect(row.name.replaceAll('_', '-').startsWith(file)).toBe(true)
    expect(new Set(KPIS.map(({ name }) => name)).size).toBe(KPIS.length)
  })
  it('says null with n 0 where nothing was heard', () => {
    for (const { name } of KPIS.filter((kpi) => kpi.name !== 'in_flight'))
      expect(read(name, {}), name).toMatchObject({ value: null, low: null, high: null, n: 0 })
    expect(read('in_flight', {}).value).toBe(0)
  })
  it('never takes an unknown end for a pass', () => {
    for (const name of ['run_pass_rate', 'run_failure_rate', 'abort_rate', 'wasted_hours'])
      expect(ofRuns(name, ['unknown', 60], ['skipped', 60]).n, name).toBe(0)
  })
})

describe('worked examples of shares of runs', () => {
  const runs: Spec[] = [...times(6, ['success']), ...times(3, ['failure']), ['error']]
  const aborted = times(2, ['aborted'])
  it('run_pass_rate', () => {
    expectRatio(ofRuns('run_pass_rate', ...runs, ...aborted), [6, 10], 0.3127, 0.8318)
  })
  it('run_failure_rate', () => {
    expectRatio(ofRuns('run_failure_rate', ...runs, ...aborted), [4, 10], 0.1682, 0.6873)
  })
  it('projected_pass_rate', () => {
    expectRatio(ofRuns('projected_pass_rate', ...runs), [7, 10], 0.3968, 0.8922)
  })
  it('infra_failure_rate', () => {
    expectRatio(ofRuns('infra_failure_rate', ...runs), [1, 10], 0.0179, 0.4042)
  })
  it('timeout_rate', () => {
    const slow: Spec[] = [...runs.slice(0, 9), ['timedOut']]
    expectRatio(ofRuns('timeout_rate', ...slow), [1, 10], 0.0179, 0.4042)
  })
  it('abort_rate', () => {
    const mixed = [...runs.slice(0, 8), ...aborted, ...times(5, ['skipped'])]
    expectRatio(ofRuns('abort_rate', ...mixed), [2, 10], 0.0567, 0.5098)
  })
  it('net_improvement', () => {
    const week = samples(...times(8, ['success']), ...times(2, ['failure']))
    const before = samples(...times(5, ['success']), ...times(5, ['failure']))
    const value = read('net_improvement', {
      runs: countersOf(week),
      fortnight: countersOf([...week, ...before]),
    })
    expect(value.value).toBeCloseTo(0.3)
    expect(value.low).toBeCloseTo(-0.1067, 4)
    expect(value.high).toBeCloseTo(0.5999, 4)
    expect(value.n).toBe(20)
  })
})

describe('worked examples of times', () => {
  it('duration', () => {
    const minutes = Array.from({ length: 100 }, (_, i): Spec => ['success', (i + 1) * 60])
    const value = ofRuns('duration_p50_pass', ...minutes)
    expect(value.n).toBe(100)
    expect(Math.abs((value.value ?? 0) / 3000 - 1)).toBeLessThan(0.025)
    expect(value.low).toBeLessThanOrEqual(40 * 60)
    expect(value.low).toBeGreaterThan((40 * 60) / 1.06)
    expect(value.high).toBeGreaterThanOrEqual(61 * 60)
    expect(value.high).toBeLessThan(61 * 60 * 1.06)
    expect(ofRuns('duration_p50_fail', ...minutes).n).toBe(0)
    expect(ofRuns('duration_p99_pass', ...minutes).high).toBeNull()
  })
  it('queue', () => {
    const value = ofRuns('queue_p50', ...[10, 20, 30, 40, 50].map((s): Spec => ['success', 60, s]))
    expect(Math.abs((value.value ?? 0) / 30 - 1)).toBeLessThan(0.025)
    expect([value.low, value.high, value.n]).toEqual([null, null, 5])
  })
  it('wasted_hours', () => {
    const value = ofRuns('wasted_hours', ['success', 100], ['success', 300], ['failure', 400])
    expect(value).toEqual({
      value: 0.5,
      numerator: 400,
      denominator: 800,
      low: 0,
      high: 1,
      n: 3,
    })
    const many = Array.from({ length: 100 }, (_, i): Spec => [i % 2 ? 'failure' : 'success', 100])
    expect(ofRuns('wasted_hours', ...many).low).toBeCloseTo(0.402, 3)
  })
  it('oldest_age and in_flight', () => {
    const gauges = { ...GAUGES, asOf: T0 + 30 * MINUTE, inFlight: 2, oldestStartAt: T0 }
    expect(read('oldest_age', { gauges })).toMatchObject({ value: 1800, numerator: T0, n: 2 })
    expect(read('in_flight', { gauges }).value).toBe(2)
  })
  it('staleness', () => {
    const ends = Array.from({ length: 21 }, (_, i) => [i * 600 * SECOND, 'success'] as const)
    const { sequence, counters } = sequenceOf(...ends)
    const last = lastFinish(sequence)
    const value = read('staleness', {
      fortnight: counters,
      gauges: { ...GAUGES, asOf: T0 + (12_000 + 1800) * SECOND, lastFinishAt: last },
    })
    expect(value).toMatchObject({ value: 1800, numerator: T0 + 12_000 * SECOND, n: 20 })
    expect(Math.abs((value.denominator ?? 0) / 600 - 1)).toBeLessThan(0.025)
  })
})

describe('worked examples of streaks', () => {
  it('failure_streak', () => {
    const { sequence } = sequenceOf([0, 'success'], [1, 'failure'], [2, 'aborted'], [3, 'failure'])
    const gauges = { ...GAUGES, streak: failuresInARow(sequence), ends: 4 }
    expect(read('failure_streak', { gauges })).toMatchObject({ value: 2, n: 4 })
  })
  it('failure_streak and mean_failure_length of a streak longer than the ends that are kept', () => {
    const failures = Array.from({ length: 50 }, (_, i) => [i, 'failure'] as const)
    const { sequence } = sequenceOf(...failures)
    expect(failuresInARow(sequence)).toBe(50)
    const { counters } = sequenceOf(...failures, [HOUR, 'success'])
    expect(read('mean_failure_length', { runs: counters })).toMatchObject({ value: 50, n: 1 })
    expect(read('mean_time_to_fix', { runs: counters }).value).toBe(3600)
  })
  it('mean_failure_length', () => {
    const { counters } = sequenceOf(
      [0, 'failure'],
      [1, 'failure'],
      [2, 'success'],
      [3, 'failure'],
      [4, 'aborted'],
      [5, 'success'],
    )
    const value = read('mean_failure_length', { runs: counters })
    expect(value).toMatchObject({ value: 1.5, numerator: 3, denominator: 2, n: 2 })
    expect(value.low).toBeCloseTo(0.52, 2)
    expect(value.high).toBeCloseTo(2.48, 2)
  })
  it('mean_time_to_fix', () => {
    const { counters } = sequenceOf(
      [10 * HOUR, 'failure'],
      [10.5 * HOUR, 'failure'],
      [11 * HOUR, 'success'],
      [12 * HOUR, 'failure'],
      [12.5 * HOUR, 'success'],
    )
    expect(read('mean_time_to_fix', { runs: counters })).toMatchObject({ value: 2700, n: 2 })
  })
})

describe('worked examples of scores', () => {
  const stopped = (stopSeconds: number | null, saved: number, burnt: number): RuleScore => ({
    rule: 'stopline',
    stopSeconds,
    savedSeconds: saved,
    burntSeconds: burnt,
  })
  const check = (pFail: number, base: number): Checkpoint => ({
    at: 0.5,
    pFail,
    base,
    remaining: null,
    remainingLow: null,
    remainingHigh: null,
    jenkins: null,
    actual: 0,
  })
  const many = (n: number, failed: boolean, more: Partial<Score>): Score[] =>
    Array.from({ length: n }, (_, i) => score(`${i}`, T0, failed, more))

  it('saved_machine_seconds', () => {
    const scores = scoresOf(
      score('a', T0, true, { durationSeconds: 3600, rules: [stopped(600, 3000, 0)] }),
      score('b', T0, false, { durationSeconds: 1000, rules: [stopped(400, 0, 400)] }),
    )
    expect(read('saved_machine_seconds', { scores })).toMatchObject({ value: 2600, n: 2 })
  })
  it('stop_precision', () => {
    const rules = [stopped(1, 1, 1)]
    const scores = scoresOf(...many(8, true, { rules }), ...many(2, false, { rules }))
    expectRatio(read('stop_precision', { scores }), [8, 10], 0.4902, 0.9433)
  })
  it('false_stop_rate', () => {
    const scores = scoresOf(
      ...many(98, false, { rules: [stopped(null, 0, 0)] }),
      ...many(2, false, { rules: [stopped(1, 0, 1)] }),
    )
    expectRatio(read('false_stop_rate', { scores }), [2, 100], 0.0055, 0.07)
  })
  it('brier_skill', () => {
    const scores = scoresOf(
      score('a', T0, false, { checkpoints: [check(0.2, 0.5)] }),
      score('b', T0, true, { checkpoints: [check(0.9, 0.5)] }),
    )
    const value = read('brier_skill', { scores })
    expect(value.value).toBeCloseTo(0.9)
    expect(value.low).toBeCloseTo(0.8168, 4)
    expect(value.high).toBeCloseTo(0.9832, 4)
    expect([value.numerator, value.denominator, value.n]).toEqual([0.05, 0.5, 2])
  })
  it('calibration_ece', () => {
    const scores = scoresOf(
      ...many(4, true, { checkpoints: [check(0.2, 0.5)] }),
      ...many(6, false, { checkpoints: [check(0.2, 0.5)] }),
      ...many(9, true, { checkpoints: [check(0.9, 0.5)] }),
      ...many(1, false, { checkpoints: [check(0.9, 0.5)] }),
    )
    const value = read('calibration_ece', { scores })
    expect(value.value).toBeCloseTo(0.1)
    expect(value.low).toBe(0)
    expect(value.high).toBeCloseTo(0.1817, 4)
    expect(value.n).toBe(20)
  })
})
