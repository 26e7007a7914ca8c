/** Beliefs that are not worth a forecast of their own: the record that permits stops knows them all the same. */

import { expect, it } from 'vitest'
import type { RunRef } from '../../schemas/events.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { topologyDriver } from '../support/topology-driver.ts'

const LAST = MONDAY + 9 * HOUR

/** A job that fails each hour. A run of it starts at `LAST` and passes; meanwhile others that are `failing` end. */
const told = (failing: number) => {
  const driver = topologyDriver()
  const start = (run: RunRef, at: number): void => {
    driver.pipe('ci.run-events.v1', aFact(run, 'started', at))
  }
  const end = (
    run: RunRef,
    at: number,
    startedAt: number,
    outcome: 'failure' | 'success',
  ): void => {
    driver.pipe('ci.run-events.v1', aFact(run, 'finished', at, { startedAt, outcome }))
  }
  for (let at = MONDAY; at < LAST; at += HOUR) {
    const run = aRun({ runId: `h${at}` })
    start(run, at)
    end(run, at + 20 * MINUTE, at, 'failure')
  }
  const beside = Array.from({ length: failing }, (_, i) => aRun({ runId: `b${i}` }))
  for (const run of beside) start(run, LAST - MINUTE)
  const watched = aRun({ runId: 'watched' })
  start(watched, LAST)
  beside.forEach((run, i) => {
    end(run, LAST + (i + 1) * MINUTE, LAST - MINUTE, 'failure')
  })
  end(watched, LAST + 5 * MINUTE, LAST, 'success')
  driver.advance(LAST + HOUR)
  const forecasts = driver.read('ci.forecasts.v1').filter(({ runId }) => runId === 'watched')
  const outcome = driver.read('ci.pool-outcomes.v1').find(({ failed }) => !failed)
  driver.close()
  return { forecasts: forecasts.length, peaks: outcome?.peaks ?? [], watched: outcome?.watched }
}

it('what others of the job made likelier while nothing was said of a run is in its record', () => {
  const [alone, beside] = [told(0), told(3)]
  expect(beside.forecasts).toBe(alone.forecasts)
  expect([alone.watched, beside.watched]).toEqual([true, true])
  expect(Math.max(...alone.peaks)).toBeGreaterThan(0.8)
  expect(Math.max(...beside.peaks)).toBeGreaterThan(Math.max(...alone.peaks) + 0.005)
})
