/** A job of which one test decides and one flakes, both red as often: a running run is believed by which of them is red. */

import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../schemas/events.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { aResult } from '../support/test-results.ts'
import { topologyDriver } from '../support/topology-driver.ts'

/** The truth: of ten runs with `strict` red one passes, of ten with `flaky` red nine. */
const outcomeOf = (i: number): Outcome => {
  const isRare = (i >> 1) % 10 === 5
  return (i % 2 === 0) === isRare ? 'success' : 'failure'
}
const nameOf = (i: number): string => (i % 2 === 0 ? 'strict' : 'flaky')

/** Runs that are running at the same time, by what is red in them, after sixty that have ended. */
const believed = (running: readonly (readonly string[])[]): number[] => {
  const driver = topologyDriver()
  const begin = (i: number, startedAt: number, red: readonly string[]): void => {
    const run = aRun({ runId: String(i) })
    const at = startedAt + 10 * MINUTE
    driver.pipe('ci.run-events.v1', aFact(run, 'started', startedAt))
    driver.pipe('ci.run-events.v1', aFact(run, 'testsReported', at, { failed: red.length }))
    for (const test of red) driver.pipe('ci.test-results.v1', aResult(run, test, 'F', at))
  }
  for (let i = 0; i < 60; i += 1) {
    const startedAt = MONDAY + i * HOUR
    begin(i, startedAt, [nameOf(i)])
    const end = { startedAt, outcome: outcomeOf(i) }
    const at = startedAt + 20 * MINUTE
    driver.pipe('ci.run-events.v1', aFact(aRun({ runId: String(i) }), 'finished', at, end))
  }
  running.forEach((red, i) => {
    begin(100 + i, MONDAY + 60 * HOUR, red)
  })
  driver.advance(MONDAY + 60 * HOUR + 10 * MINUTE)
  const said = driver.read('ci.forecasts.v1')
  driver.close()
  return running.map(
    (_, i) => said.findLast(({ runId }) => runId === String(100 + i))?.pFail ?? NaN,
  )
}

describe('a running run with a red test', () => {
  const [strict = 0, both = 0, flaky = 1, fresh = 0] = believed([
    ['strict'],
    ['flaky', 'strict'],
    ['flaky'],
    ['new'],
  ])
  it('is believed to fail where that test decides', () => {
    expect(strict).toBeGreaterThan(0.8)
    expect(both).toBeGreaterThan(0.8)
  })
  it('is believed no worse than it was where that test flakes', () => {
    expect(flaky).toBeLessThan(0.6)
  })
  it('is believed as red tests of the job are where that test is new', () => {
    expect(fresh).toBeGreaterThan(0.35)
    expect(fresh).toBeLessThan(0.75)
  })
})
