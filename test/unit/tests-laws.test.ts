/** Results of tests cut into any batches, with restarts, repeats and other orders within a run, say the same. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../processors/runs/runs.ts'
import { tests } from '../../processors/tests/tests.ts'
import type { RunEvent, TestResult, TestState } from '../../schemas/events.ts'
import { aFact, aRun, DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { aResult } from '../support/test-results.ts'
import { firstDifference, topologyDriver, type TopologyDriver } from '../support/topology-driver.ts'

const RUNS = {
  numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 12),
  interruptAfterTimeLimit: 50_000,
}
const AFTERWARDS_MS = 70 * DAY

interface Heard {
  readonly results: readonly TestResult[]
  readonly ends: readonly RunEvent[]
}
/** Runs of two jobs; each names some of eight tests, and ends a little later, or never. */
const history: fc.Arbitrary<Heard> = fc
  .array(
    fc.record({
      job: fc.constantFrom('unit', 'e2e'),
      gapMs: fc.oneof(fc.integer({ min: 0, max: 3 * HOUR }), fc.constant(4 * DAY)),
      endMs: fc.option(fc.integer({ min: 0, max: 20 * MINUTE }), { nil: null }),
      outcome: fc.constantFrom('success', 'failure', 'error', 'aborted'),
      did: fc.array(fc.tuple(fc.nat(7), fc.constantFrom('P', 'F', 'K', 'S', 'E'), fc.nat(10)), {
        maxLength: 12,
      }),
    }),
    { minLength: 1, maxLength: 16 },
  )
  .map((all) => {
    let at = MONDAY
    const results: TestResult[] = []
    const ends: RunEvent[] = []
    all.forEach(({ job, gapMs, endMs, outcome, did }, i) => {
      at += gapMs + 21 * MINUTE
      const run = aRun({ job, runId: String(i) })
      for (const [test, letter, after] of did)
        results.push(
          aResult(run, `case ${test}`, letter, at + after * MINUTE, { message: `broke ${i}` }),
        )
      if (endMs !== null)
        ends.push(
          aFact(run, 'finished', at + endMs, { outcome: outcome as 'success', startedAt: at }),
        )
    })
    return { results, ends }
  })

const pipe = (driver: TopologyDriver, { results, ends }: Heard): number => {
  const byTime = <T extends { observedAt: number }>(all: readonly T[]): T[] =>
    all.toSorted((a, b) => a.observedAt - b.observedAt)
  for (const result of byTime(results)) driver.pipe('ci.test-results.v1', result)
  for (const end of byTime(ends)) driver.pipe('ci.run-events.v1', end)
  return Math.max(...[...results, ...ends].map(({ observedAt }) => observedAt), MONDAY)
}
const replay = (heard: Heard, cuts: readonly number[], restarts: boolean, processor = tests) => {
  const driver = topologyDriver([runs, processor])
  const last = pipe(driver, heard)
  for (const share of cuts.toSorted((a, b) => a - b)) {
    driver.advance(MONDAY + Math.round(share * (last - MONDAY)))
    if (restarts) driver.restart()
  }
  driver.advance(last + AFTERWARDS_MS)
  const dump = driver.dump()
  driver.close()
  return dump
}
const CUTS = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { maxLength: 12 })

describe('the tests of jobs', () => {
  it('are the same however their results are cut into batches, with restarts anywhere', () => {
    fc.assert(
      fc.property(history, CUTS, (heard, cuts) => {
        const distinct = [...new Set(cuts)]
        const whole = replay(heard, [], false)
        expect(firstDifference(whole, replay(heard, distinct, false))).toBeNull()
        expect(firstDifference(whole, replay(heard, distinct, true))).toBeNull()
        expect(firstDifference(whole, replay(heard, [], false, lawAbiding(tests)))).toBeNull()
      }),
      RUNS,
    )
  })

  it('are the same when results are heard again', () => {
    fc.assert(
      fc.property(history, fc.nat(20 * 60_000), (heard, laterMs) => {
        const again = heard.results.map((each) => ({
          ...each,
          observedAt: each.observedAt + laterMs,
        }))
        const repeated = { ...heard, results: [...heard.results, ...again] }
        expect(firstDifference(replay(heard, [], false), replay(repeated, [], false))).toBeNull()
      }),
      RUNS,
    )
  })

  it('come to the same whatever the order of the results of a run', () => {
    const statesOf = (heard: Heard): Map<string, Partial<TestState>> => {
      const driver = topologyDriver([runs, tests])
      driver.advance(pipe(driver, heard) + HOUR)
      const states = driver
        .read('ci.test-states.v1')
        .map(
          (state) =>
            [
              `${state.job} ${state.test}`,
              { ...state, ...{ eventId: '', fingerprint: null } },
            ] as const,
        )
      driver.close()
      return new Map([...states].sort(([a], [b]) => (a < b ? -1 : 1)))
    }
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (heard, numbers) => {
        const at = new Map<string, number>()
        for (const { job, runId, eventAt } of heard.results)
          at.set(`${job} ${runId}`, Math.min(eventAt, at.get(`${job} ${runId}`) ?? eventAt))
        const atOnce = heard.results.map((each) => {
          const observedAt = at.get(`${each.job} ${each.runId}`) ?? each.observedAt
          return { ...each, eventAt: observedAt, observedAt }
        })
        const mixed = atOnce
          .map((each) => ({ each, by: numbers.next().value as number }))
          .sort((a, b) => a.by - b.by)
          .map(({ each }) => each)
        expect(statesOf({ ...heard, results: mixed })).toEqual(
          statesOf({ ...heard, results: atOnce }),
        )
      }),
      RUNS,
    )
  })
})
