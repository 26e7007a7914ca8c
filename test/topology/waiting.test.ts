/** Runs that wait for capacity: their clock stands still, in forecasts, in what they are compared with, and in advice. */

import { describe, expect, it } from 'vitest'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { topologyDriver } from '../support/topology-driver.ts'

type Driver = ReturnType<typeof topologyDriver>
const LEASE = { step: 'acquire-lease' }

/** A run that waits from its start on, then works, and ends. */
const whole = (driver: Driver, id: string, at: number, waitMs: number, workMs: number): void => {
  const run = aRun({ runId: id })
  const end = at + waitMs + workMs
  driver.pipe('ci.run-events.v1', aFact(run, 'started', at))
  if (waitMs > 0) {
    driver.pipe('ci.run-events.v1', aFact(run, 'stepStarted', at, LEASE))
    driver.pipe(
      'ci.run-events.v1',
      aFact(run, 'stepFinished', at + waitMs, { ...LEASE, outcome: 'success' }),
    )
  }
  const outcome = workMs > 90 * MINUTE ? ('failure' as const) : ('success' as const)
  driver.pipe('ci.run-events.v1', aFact(run, 'finished', end, { startedAt: at, outcome }))
  driver.advance(end)
}
/** Forty runs: thirty pass after an hour of work, ten hang for three and fail; every other one waits up to two hours. */
const known = (): Driver => {
  const driver = topologyDriver()
  for (let i = 0; i < 40; i += 1)
    whole(
      driver,
      `old-${i}`,
      MONDAY + i * 6 * HOUR,
      i % 2 === 0 ? 0 : (i % 8) * 15 * MINUTE,
      i % 4 === 0 ? 3 * HOUR : HOUR,
    )
  return driver
}
const NOW = MONDAY + 41 * 6 * HOUR

/** What is said at last of a run that waited so long and worked for so long. */
const saidOf = (waitMs: number, workMs: number, isOver = true) => {
  const driver = known()
  const run = aRun({ runId: 'new' })
  driver.pipe('ci.run-events.v1', aFact(run, 'started', NOW))
  if (waitMs > 0) driver.pipe('ci.run-events.v1', aFact(run, 'stepStarted', NOW, LEASE))
  if (waitMs > 0 && isOver)
    driver.pipe(
      'ci.run-events.v1',
      aFact(run, 'stepFinished', NOW + waitMs, { ...LEASE, outcome: 'success' }),
    )
  driver.advance(NOW + waitMs + workMs)
  const forecasts = driver.read('ci.forecasts.v1').filter(({ runId }) => runId === 'new')
  const decisions = driver.read('ci.decisions.v1').filter(({ runId }) => runId === 'new')
  driver.close()
  return { forecasts, decisions, last: forecasts.at(-1), level: decisions.at(-1)?.level }
}

describe('a run that waits for capacity', () => {
  it('is as likely to fail as one that has worked as long and never waited', () => {
    const [straight, waited] = [saidOf(0, 80 * MINUTE), saidOf(2 * HOUR, 80 * MINUTE)]
    expect(straight.last?.pFail).toBeGreaterThan(0.7)
    expect(waited.last?.pFail).toBeCloseTo(straight.last?.pFail ?? 0, 6)
    expect(waited.last?.elapsedSeconds).toBeCloseTo((straight.last?.elapsedSeconds ?? 0) + 7200)
    expect(waited.level).toBe(straight.level)
  })
  it('is neither more likely to fail nor said to hang while it waits, however long', () => {
    const { forecasts, level, last } = saidOf(5 * HOUR, 0, false)
    expect(level).toBe('continue')
    expect(last?.curvePFail).toHaveLength(1)
    expect(last?.pFail).toBeCloseTo(forecasts[0]?.pFail ?? 0, 6)
  })
  it('has its work still to do: the end moves with the wait', () => {
    const { forecasts } = saidOf(90 * MINUTE, MINUTE)
    const after = forecasts.find(
      ({ cause, elapsedSeconds }) => cause === 'wait' && elapsedSeconds > 0,
    )
    expect(after?.remainingSeconds).toBeGreaterThan(3000)
    expect(after?.remainingSeconds).toBeLessThan(4500)
    expect(after?.elapsedSeconds).toBe(5400)
  })
  it('names what it waited in its decisions', () => {
    const { decisions } = saidOf(HOUR, 80 * MINUTE)
    expect(decisions.at(-1)?.evidence['waitedSeconds']).toBe(3600)
  })
})
