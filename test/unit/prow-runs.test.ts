import { afterAll, describe, expect, it } from 'vitest'
import { newCursor } from '../../producers/prow/cursor.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { config, MINUTE_MS, serve, START } from '../support/prow-world.ts'
import { topologyDriver } from '../support/topology-driver.ts'

describe('a run of Prow, polled each minute', () => {
  const driver = topologyDriver()
  afterAll(driver.close)

  it('is forecast from its start on, by what went on inside', async () => {
    const cursor = newCursor()
    for (let minute = 0; minute <= 43; minute += 1) {
      const now = START + minute * MINUTE_MS
      for await (const { facts, tests } of pollProw(serve({ minute }), cursor, config, now)) {
        for (const fact of facts) driver.pipe('ci.run-events.v1', fact)
        for (const test of tests) driver.pipe('ci.test-results.v1', test)
      }
      driver.advance(now)
    }
    const runs = driver.read('ci.runs.v1')
    const at = (minute: number) =>
      runs.filter(({ observedAt }) => observedAt <= START + minute * MINUTE_MS)
    expect(at(0).at(-1)).toMatchObject({ phase: 'queued', runId: '11', repo: 'o/r' })
    expect(at(32).at(-1)).toMatchObject({ phase: 'running', labels: { capacity: 'starved' } })
    expect(at(37).at(-1)).toMatchObject({ phase: 'running', failedTests: 1, failedSteps: [] })
    expect(at(38).at(-1)).toMatchObject({ phase: 'running', failedSteps: ['e2e-test'] })
    expect(runs.find(({ change }) => change === 'finished')).toMatchObject({
      outcome: 'failure',
      queuedAt: START,
      startedAt: START + MINUTE_MS,
      finishedAt: START + 40 * MINUTE_MS,
    })
    const forecasts = driver.read('ci.forecasts.v1')
    expect(forecasts.some(({ cause }) => cause === 'sign')).toBe(true)
    expect(driver.read('ci.scores.v1')).toMatchObject([{ runId: '11', failed: true }])
    expect(driver.read('ci.dead-letters.v1')).toEqual([])
  })
})
