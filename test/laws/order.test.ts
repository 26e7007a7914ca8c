/** The facts of a run in any order end in the same run, the same counts and the same KPIs of runs. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KPI_FILES } from '../../processors/kpi/index.ts'
import { emptyRun, join, type RunState } from '../../processors/runs/lattice.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { Kpi, KpiValue, Run, RunEvent } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { shuffledRun, twoOrders } from '../support/arbitraries.ts'
import { HOUR } from '../support/facts.ts'
import { fromBytes, topologyDriver, type TopologyDriver } from '../support/topology-driver.ts'

const RUNS = {
  numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 25),
  // Shrinking a counterexample ends here.
  interruptAfterTimeLimit: 50_000,
}

const joined = (facts: readonly RunEvent[]): RunState | undefined =>
  facts.reduce<RunState | undefined>((known, fact) => {
    const run = known ?? emptyRun(fact)
    join(run, fact)
    return run
  }, undefined)

/** What a run record says of the run, without what it says of the fact that changed it. */
const stateOf = (run: Run) => ({
  ...run,
  ...{ eventId: '', eventAt: 0, observedAt: 0 },
  ...{
    change: null,
    before: null,
    slicesBefore: null,
    step: null,
    stepOutcome: null,
    stepStartedAt: null,
  },
})

/** Runs by outcome, corrections taken back: what a counter downstream arrives at. */
const countsOf = (records: readonly Run[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  const add = (name: string, n: number): void => {
    counts[name] = (counts[name] ?? 0) + n
  }
  for (const { change, outcome, before } of records) {
    if (change === 'finished' || change === 'corrected') add(outcome ?? 'none', 1)
    if (before !== null) add(before.outcome, -1)
  }
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([, n]) => n !== 0)
      .sort(),
  )
}

/** KPIs that are read off scores depend on what was forecast, so on the order of hearing. */
const FROM_SCORES = new Set(
  ['saved-machine-seconds', 'stop-precision', 'false-stop-rate', 'brier-skill', 'calibration-ece']
    .flatMap((file) => KPI_FILES[file] ?? [])
    .map(({ name }) => name),
)
const AGES = new Set(['staleness', 'oldest_age'])
/** The newest KPIs of each subject and window that count anything; a tombstone leaves none. */
const kpisOf = (driver: TopologyDriver): Map<string, unknown> => {
  const newest = new Map<string, unknown>()
  for (const published of driver.bytesOf('ci.kpis.v1')) {
    const { record } = fromBytes(published)
    const values = record === null ? [] : comparable(record as Kpi)
    if (values.every(({ n }) => n === 0)) newest.delete(published.key)
    else newest.set(published.key, values)
  }
  return new Map([...newest].sort(([a], [b]) => (a < b ? -1 : 1)))
}
/** An age is as of its record, which is told when something new was heard: its instant is compared. */
const comparable = ({ values }: Kpi): KpiValue[] =>
  values
    .filter(({ kpi }) => !FROM_SCORES.has(kpi))
    .map((kpi) => (AGES.has(kpi.kpi) ? { ...kpi, value: null } : { ...kpi }))

/** Everything heard, and an hour more, so that all panes have been told. */
const outcomeOf = (facts: readonly RunEvent[]) => {
  const driver = topologyDriver(TOPOLOGY)
  for (const fact of facts) driver.pipe('ci.run-events.v1', fact)
  driver.advance(Math.ceil((facts.at(-1)?.observedAt ?? 0) / HOUR) * HOUR + HOUR)
  const runs = driver.read('ci.runs.v1')
  const last = new Map(runs.map((run) => [runKey(run), stateOf(run)]))
  const result = {
    runs: [...last].sort(([a], [b]) => (a < b ? -1 : 1)),
    counts: countsOf(runs),
    kpis: kpisOf(driver),
  }
  driver.close()
  return result
}

describe('the facts of one run', () => {
  it('join to the same state in any order, however often each is heard', () => {
    fc.assert(
      fc.property(shuffledRun, ({ facts, order }) => {
        expect(joined(order.flatMap((i) => facts[i] ?? []))).toEqual(joined(facts))
      }),
      { numRuns: 500 },
    )
  })

  it('end in the same runs, counts and KPIs of runs when heard in another order', () => {
    fc.assert(
      fc.property(twoOrders, ({ first, second }) => {
        expect(outcomeOf(second)).toEqual(outcomeOf(first))
      }),
      RUNS,
    )
  })

  it('are all counted once their runs have ended', () => {
    fc.assert(
      fc.property(twoOrders, ({ first }) => {
        const { runs, counts } = outcomeOf(first)
        const counted = Object.values(counts).reduce((sum, n) => sum + n, 0)
        expect(runs.length).toBeGreaterThan(0)
        expect(counted).toBe(runs.length)
      }),
      RUNS,
    )
  })
})
