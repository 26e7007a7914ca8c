/** The laws for what is said of failures: logs, failed tests and ends of runs, in pieces, with restarts, and heard again. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failureKind } from '../../processors/failure-kind/failure-kind.ts'
import { failureSignatures } from '../../processors/failure-kind/signatures.ts'
import { runs } from '../../processors/runs/runs.ts'
import type { LogExcerpt, RunEvent, TestResult } from '../../schemas/events.ts'
import { aFact, aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { firstDifference, topologyDriver, type Dump } from '../support/topology-driver.ts'

const RUNS = { numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 25) }
const PROCESSORS = [runs, failureKind, failureSignatures]

type Heard =
  | { readonly topic: 'ci.run-events.v1'; readonly record: RunEvent }
  | { readonly topic: 'ci.log-excerpts.v1'; readonly record: LogExcerpt }
  | { readonly topic: 'ci.test-results.v1'; readonly record: TestResult }

const TEXTS = [
  'all is well',
  'fatal: unable to access https://git.example/r: Could not resolve host: git.example',
  '--- FAIL: TestA (0.1s)',
  'src/a.cc:12:3: error: no member named x',
  'error: something failed',
  'Segmentation fault (core dumped)',
]
const plan = fc.record({
  run: fc.integer({ min: 1, max: 4 }),
  minute: fc.integer({ min: 0, max: 60 }),
  what: fc.constantFrom('started', 'excerpt', 'excerpt', 'test', 'failure', 'success', 'starved'),
  texts: fc.array(fc.constantFrom(...TEXTS), { minLength: 1, maxLength: 6 }),
})
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never

/** What a plan says, at an instant of its own. */
const heardOf = ({ run: number, minute, what, texts }: Plan, i: number): Heard => {
  const run = aRun({ runId: String(number), job: number % 2 === 0 ? 'e2e' : 'unit' })
  const at = MONDAY + minute * MINUTE + i
  const stamp = { eventId: `${i}`, eventAt: at, observedAt: at }
  if (what === 'excerpt') {
    const lines = texts.map((text, line) => ({ line: minute * 10 + line + 1, text, isLoud: true }))
    const linesRead = minute * 10 + 10
    const record = { ...run, ...stamp, log: 'build-log.txt', lines, linesRead, isEnd: false }
    return { topic: 'ci.log-excerpts.v1', record }
  }
  if (what === 'test') {
    const said = { test: texts[0] ?? '', status: 'failed', rawStatus: 'failed' } as const
    const record = { ...run, ...stamp, ...said, durationSeconds: 1, message: texts[1] ?? null }
    return { topic: 'ci.test-results.v1', record }
  }
  const step = 'acquire-lease'
  const fact =
    what === 'started'
      ? aFact(run, 'started', at)
      : what === 'starved'
        ? aFact(run, 'logProgress', at, { step, labels: { capacity: 'starved' } })
        : aFact(run, 'finished', at, { outcome: what === 'success' ? 'success' : 'failure' })
  return { topic: 'ci.run-events.v1', record: fact }
}
const history = fc
  .array(plan, { minLength: 1, maxLength: 25 })
  .map((plans) => plans.map(heardOf).sort((a, b) => a.record.observedAt - b.record.observedAt))

const END = MONDAY + 200 * MINUTE
const replay = (
  heard: readonly Heard[],
  cuts: readonly number[],
  isRestarted = false,
  made = PROCESSORS,
): Dump => {
  const driver = topologyDriver(made)
  for (const { topic, record } of heard) driver.pipe(topic, record)
  for (const at of [...cuts, END]) {
    driver.advance(at)
    if (isRestarted) driver.restart()
  }
  const dump = driver.dump()
  driver.close()
  return dump
}
const cutsOf = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 6 })
  .map((minutes) => minutes.sort((a, b) => a - b).map((minute) => MONDAY + minute * MINUTE + 500))

describe('failures', () => {
  it('are told the same however what is heard is cut into batches, with restarts, and by the contract', () => {
    fc.assert(
      fc.property(history, cutsOf, (heard, cuts) => {
        const whole = replay(heard, [])
        expect(firstDifference(whole, replay(heard, cuts))).toBeNull()
        expect(firstDifference(whole, replay(heard, cuts, true))).toBeNull()
        expect(
          firstDifference(whole, replay(heard, [], false, PROCESSORS.map(lawAbiding))),
        ).toBeNull()
      }),
      RUNS,
    )
  })
  it('are told no more when everything is heard again', () => {
    fc.assert(
      fc.property(history, (heard) => {
        const again = heard.map(({ topic, record }) => ({
          topic,
          record: { ...record, observedAt: record.observedAt + 61 * MINUTE },
        })) as Heard[]
        const once = replay(heard, [])
        const twice = replay([...heard, ...again], [])
        expect(twice.topics['ci.failure-sightings.v1']).toEqual(
          once.topics['ci.failure-sightings.v1'],
        )
        expect(twice.topics['ci.failure-kinds.v1']).toEqual(once.topics['ci.failure-kinds.v1'])
      }),
      RUNS,
    )
  })
  it('are found by these cases on every topic they are about', () => {
    const [sample] = fc.sample(fc.array(history, { minLength: 40, maxLength: 40 }), {
      numRuns: 1,
      seed: 7,
    })
    const said = (sample ?? []).map((heard) => replay(heard, []).topics)
    for (const topic of [
      'ci.failure-kinds.v1',
      'ci.failure-sightings.v1',
      'ci.failure-signatures.v1',
    ] as const)
      expect(
        said.some((topics) => (topics[topic] ?? []).length > 0),
        topic,
      ).toBe(true)
  })
})
