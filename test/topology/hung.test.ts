/** What is said of a run that has outlasted 99 in 100 of its job, through the whole topology. */

import { describe, expect, it } from 'vitest'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { topologyDriver } from '../support/topology-driver.ts'

describe('a run that may hang', () => {
  it('is told to, once, though it was watched before as likely to fail', () => {
    const driver = topologyDriver()
    for (let hour = 0; hour < 40; hour += 1) {
      const run = aRun({ runId: `past-${hour}` })
      const startedAt = MONDAY + hour * HOUR
      const outcome = hour % 3 === 0 ? 'success' : 'failure'
      driver.pipe('ci.run-events.v1', aFact(run, 'started', startedAt))
      driver.pipe(
        'ci.run-events.v1',
        aFact(run, 'finished', startedAt + 10 * MINUTE, { startedAt, outcome }),
      )
    }
    const start = MONDAY + 40 * HOUR
    driver.pipe('ci.run-events.v1', aFact(aRun({ runId: 'now' }), 'started', start))
    driver.advance(start + 2 * HOUR)
    const said = driver.read('ci.decisions.v1').filter(({ runId }) => runId === 'now')
    expect(said.map(({ level, reason }) => `${level}: ${reason}`)).toEqual([
      'watch: more likely to fail than to pass',
      'watch: it has outlasted 99 in 100 runs of either outcome: it may hang',
    ])
    // 10 minutes lie in a bucket that ends before 11.
    expect(said[1]?.elapsedSeconds).toBeGreaterThan(600)
    expect(said[1]?.elapsedSeconds).toBeLessThan(660)
    driver.close()
  })
})
