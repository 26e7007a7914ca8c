/** Clusters in trouble: what that says of a running run is learned from how such runs ended, and nothing before. */

import { describe, expect, it } from 'vitest'
import type { Signal } from '../../schemas/events.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { topologyDriver } from '../support/topology-driver.ts'

const RUNS = 150
/** The truth: runs fail one time in ten, and nine in ten where their cluster is in trouble, as it is every fifth hour. */
const isTroubled = (i: number): boolean => i % 5 === 0
const fails = (i: number): boolean => (isTroubled(i) ? i % 50 !== 0 : i % 10 === 1)

const course = () => {
  const driver = topologyDriver()
  const of = (i: number) => aRun({ runId: String(i) })
  const begin = (i: number): number => {
    const startedAt = MONDAY + i * HOUR
    driver.pipe('ci.run-events.v1', aFact(of(i), 'started', startedAt)).advance(startedAt)
    return startedAt
  }
  const tell = (i: number, at: number, weight: number): void => {
    const signal: Signal = {
      ...of(i),
      ...{ eventId: `${i}/${at}`, eventAt: at, observedAt: at },
      ...{ kind: 'clusterTrouble', cause: 'test:cluster/b1', weight },
    }
    driver.pipe('ci.signals.v1', signal).advance(at)
  }
  for (let i = 0; i < RUNS; i += 1) {
    const startedAt = begin(i)
    if (isTroubled(i)) tell(i, startedAt + 1000, 1)
    const end = { startedAt, outcome: fails(i) ? ('failure' as const) : ('success' as const) }
    driver.pipe('ci.run-events.v1', aFact(of(i), 'finished', startedAt + 20 * MINUTE, end))
  }
  const startedAt = begin(RUNS + 2)
  tell(RUNS + 2, startedAt + 1000, 1)
  tell(RUNS + 2, startedAt + 2000, 0)
  const said = driver.read('ci.forecasts.v1')
  driver.close()
  return (i: number): number[] =>
    said.filter(({ runId }) => runId === String(i)).map(({ pFail }) => pFail)
}

describe('a running run whose cluster is in trouble', () => {
  const of = course()
  it('is forecast as ever where no such run has ended yet', () => {
    const [start = 0, ...later] = of(0)
    expect(later.every((pFail) => Math.abs(pFail - start) < 0.01)).toBe(true)
  })
  it('is believed to fail once such runs did, while the trouble lasts', () => {
    const [start = 1, troubled = 0, over = 1] = of(RUNS + 2)
    expect(start).toBeLessThan(0.4)
    expect(troubled).toBeGreaterThan(start + 0.3)
    expect(over).toBeCloseTo(start, 2)
  })
})
