/** A job that breaks, regresses again after it was mended, and is mended: when its stops are held back, and said to be. */

import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../schemas/events.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { topologyDriver } from '../support/topology-driver.ts'

/** One run of twenty minutes every two hours. */
const course = (outcomes: readonly Outcome[]) => {
  const driver = topologyDriver()
  outcomes.forEach((outcome, i) => {
    const run = aRun({ runId: String(i) })
    const startedAt = MONDAY + 2 * i * HOUR
    driver.pipe('ci.run-events.v1', aFact(run, 'started', startedAt))
    const end = startedAt + 20 * MINUTE
    driver.pipe('ci.run-events.v1', aFact(run, 'finished', end, { startedAt, outcome }))
    driver.advance(end)
  })
  const incidents = driver
    .read('ci.incidents.v1')
    .filter(({ alert }) => alert === 'stops-held-back')
    .map(({ state, runId }) => ({ state, run: Number(runId) }))
  const guards = driver.read('ci.scores.v1').map(({ guard }) => guard)
  driver.close()
  return { incidents, guards }
}
const runs = (n: number, of: (i: number) => Outcome): Outcome[] =>
  Array.from({ length: n }, (_, i) => of(i))

describe('a job whose regressions come and go', () => {
  it('has its stops held back once it is mended, says so, and comes back by itself', () => {
    const { incidents, guards } = course([
      ...runs(20, () => 'failure'),
      ...runs(50, (i) => (i % 10 === 0 ? 'failure' : 'success')),
    ])
    expect(incidents.map(({ state }) => state)).toEqual(['open', 'closed'])
    expect(incidents[0]?.run).toBeGreaterThan(20)
    expect(incidents[0]?.run).toBeLessThan(26)
    expect(guards.at(-1)).toBeNull()
    expect(guards.slice(0, 20).every((guard) => guard === null)).toBe(true)
  })
  it('is left alone while it is as good as ever', () => {
    expect(course(runs(60, (i) => (i % 10 === 0 ? 'failure' : 'success'))).incidents).toEqual([])
  })
})
