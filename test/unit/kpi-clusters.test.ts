import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterShares } from '../../processors/kpi/clusters/cluster-shares.ts'
import { CLUSTER_KPIS } from '../../processors/kpi/clusters/index.ts'
import { kpiClusters } from '../../processors/kpi/clusters/kpi-clusters.ts'
import { sharesOf } from '../../processors/kpi/clusters/shares.ts'
import type { Kpi, Outcome, Run } from '../../schemas/events.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import { DAY, finished, HOUR, MINUTE, SECOND, T0 } from '../support/kpi-inputs.ts'

const on = (cluster: string, job = 'unit'): Partial<Run> => ({ job, labels: { cluster } })

/** What runs come to: jobs tell their shares as time passes, which are handed on in order of time. */
const tellAll = (runs: readonly Run[], until: number): { sums: Drive; shares: Drive } => {
  const [shares, sums] = [drive(clusterShares), drive(kpiClusters)]
  for (const each of runs) shares.give('ci.runs.v1', each)
  shares.advanceTo(until)
  for (const share of shares.on('ci.cluster-shares.v1').sort((a, b) => a.observedAt - b.observedAt))
    sums.give('ci.cluster-shares.v1', share)
  sums.advanceTo(until)
  return { sums, shares }
}
const newest = (sums: Drive, subject: string): Kpi | undefined =>
  sums.on('ci.kpis.v1').findLast((kpi) => kpi.subject === subject)
const delta = (kpi: Kpi | undefined) =>
  kpi?.values.find(({ kpi: of }) => of === 'cluster_health_delta')

/** Runs of a job that end at T0 + 1 min, so many passes of so many. */
const ends = (job: string, cluster: string, passes: number, of: number): Run[] =>
  Array.from({ length: of }, (_, i) =>
    finished(`${job}-${cluster}-${i}`, T0 + MINUTE, i < passes ? 'success' : 'failure', 60, {
      ...on(cluster, job),
    }),
  )

describe('the table of KPIs of clusters', () => {
  it('has a file for every row', () => {
    const files = readdirSync(new URL('../../processors/kpi/clusters', import.meta.url))
    for (const { name } of CLUSTER_KPIS) expect(files).toContain(`${name.replaceAll('_', '-')}.ts`)
  })
  it('gives its worked example', () => {
    const [row] = CLUSTER_KPIS
    const value = row?.value({ runs: 15, passes: 13, expected: 11.5, spread: 100 / 20 + 25 / 8 })
    expect(value).toMatchObject({ numerator: 1.5, denominator: 15, n: 15 })
    expect(value?.value).toBeCloseTo(0.1, 10)
    expect(value?.low).toBeCloseTo(-0.1727, 4)
    expect(value?.high).toBeCloseTo(0.3072, 4)
  })
  it('has an interval that holds the true difference in 93 to 98 of 100 worlds of a few jobs', () => {
    const random = randomOf(7)
    const worlds = 600
    let held = 0
    for (let world = 0; world < worlds; world += 1) {
      const reading = { runs: 0, passes: 0, expected: 0, spread: 0 }
      let truth = 0
      for (let jobs = 1 + Math.floor(6 * random()); jobs > 0; jobs -= 1) {
        const [runs, elsewhere] = [1 + Math.floor(30 * random()), 1 + Math.floor(60 * random())]
        const [chance, chanceElsewhere] = [random() ** 0.4, random() ** 0.4]
        const passesOf = (n: number, p: number): number =>
          Array.from({ length: n }, random).filter((drawn) => drawn < p).length
        reading.runs += runs
        reading.passes += passesOf(runs, chance)
        reading.expected += (runs * passesOf(elsewhere, chanceElsewhere)) / elsewhere
        reading.spread += (runs * runs) / elsewhere
        truth += runs * (chance - chanceElsewhere)
      }
      const value = CLUSTER_KPIS[0]?.value(reading)
      const at = truth / reading.runs
      if ((value?.low ?? 1) <= at && at <= (value?.high ?? -1)) held += 1
    }
    expect(held / worlds).toBeGreaterThan(0.93)
    expect(held / worlds).toBeLessThan(0.98)
  })
  it('says null with n 0 where nothing was heard', () => {
    for (const { value } of CLUSTER_KPIS)
      expect(value({ runs: 0, passes: 0, expected: 0, spread: 0 })).toMatchObject({
        ...{ value: null, n: 0 },
      })
  })
})

it('a job adds to each cluster its runs there and what they would be elsewhere', () => {
  const at = (cluster: string, runs: number, passes: number) => ({ end: T0, cluster, runs, passes })
  const shares = sharesOf([at('b1', 10, 8), at('b2', 20, 18)], T0)
  expect(shares).toEqual([
    { cluster: 'b1', runs: 10, passes: 8, expected: 9_000_000, spread: 5_000_000 },
    { cluster: 'b2', runs: 20, passes: 18, expected: 16_000_000, spread: 40_000_000 },
  ])
  expect(sharesOf([at('b1', 10, 8)], T0)).toEqual([])
})

describe('a cluster beside others', () => {
  it('is compared over jobs that run here and elsewhere, at the full hour', () => {
    const runs = [
      ...[...ends('A', 'b1', 8, 10), ...ends('A', 'b2', 18, 20)],
      ...[...ends('B', 'b1', 5, 5), ...ends('B', 'b2', 4, 8)],
      ...ends('only-here', 'b1', 0, 9),
    ]
    const { sums } = tellAll(runs, T0 + HOUR + 11 * SECOND)
    const kpi = newest(sums, 'ci:b1')
    expect(kpi).toMatchObject({ dimension: 'peers', window: '24h', eventAt: T0 + HOUR })
    expect(kpi?.observedAt).toBe(T0 + HOUR + 10 * SECOND)
    expect(delta(kpi)).toMatchObject({ numerator: 1.5, denominator: 15 })
  })

  it('changes where only the runs elsewhere have, and is retired with the window', () => {
    const later = finished('later', T0 + HOUR + MINUTE, 'failure', 60, on('b2', 'A'))
    const runs = [...ends('A', 'b1', 1, 1), ...ends('A', 'b2', 1, 1), later]
    const { sums, shares } = tellAll(runs, T0 + 3 * DAY)
    const of = sums.on('ci.kpis.v1').filter(({ subject }) => subject === 'ci:b1')
    expect(of.map((kpi) => [kpi.eventAt - T0, delta(kpi)?.value])).toEqual([
      [HOUR, 0],
      [2 * HOUR, 0.5],
      [25 * HOUR, null],
    ])
    const retired = sums.said.flatMap((effect) => (effect.kind === 'retire' ? [effect.key] : []))
    expect(retired).toEqual(['peers:ci%3Ab1:24h', 'peers:ci%3Ab2:24h'])
    expect([shares.cells.size, sums.cells.size]).toEqual([0, 0])
    expect([shares.timers.size, sums.timers.size]).toEqual([0, 0])
  })

  it('moves an end to the cluster that is told after it, and takes a corrected one back', () => {
    const end = finished('1', T0 + MINUTE, 'failure', 60, on('b1'))
    const told = { outcome: 'failure', finishedAt: T0 + MINUTE, durationSeconds: 60 } as const
    const moved: Run = {
      ...end,
      ...on('b2'),
      ...{ change: 'progress', observedAt: T0 + 2 * MINUTE, slicesBefore: { cluster: 'b1' } },
    }
    const mended: Run = {
      ...finished('1', T0 + 3 * MINUTE, 'success', 120, on('b3')),
      ...{ change: 'corrected', before: { ...told, queueSeconds: null } },
      slicesBefore: { cluster: 'b2' },
    }
    const other = ends('unit', 'b0', 1, 1)
    const beside = (...runs: Run[]) => {
      const { shares } = tellAll([...other, ...runs], T0 + HOUR + 9 * SECOND)
      return shares
        .on('ci.cluster-shares.v1')
        .map(({ cluster, runs: n, passes }) => [cluster, n, passes])
    }
    expect(beside(end)).toEqual([
      ['b0', 1, 1],
      ['b1', 1, 0],
    ])
    expect(beside(end, moved)).toEqual([
      ['b0', 1, 1],
      ['b2', 1, 0],
    ])
    expect(beside(end, moved, mended)).toEqual([
      ['b0', 1, 1],
      ['b3', 1, 1],
    ])
  })

  it('holds what a count of the runs by hand gives at every full hour', () => {
    const one = fc.record({
      minute: fc.integer({ min: 0, max: 2 * 24 * 60 }),
      heardLater: fc.integer({ min: 0, max: 150 }),
      outcome: fc.constantFrom<Outcome>('success', 'success', 'failure', 'error', 'aborted'),
      cluster: fc.constantFrom('b1', 'b2', 'b3'),
      job: fc.constantFrom('A', 'B'),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 50 }), (plans) => {
        const runs = plans
          .map(({ minute, heardLater, outcome, cluster, job }, i) => ({
            ...finished(String(i), T0 + minute * MINUTE, outcome, 60, on(cluster, job)),
            observedAt: T0 + (minute + heardLater) * MINUTE,
          }))
          .sort((a, b) => a.observedAt - b.observedAt)
        const { sums } = tellAll(runs, T0 + 4 * DAY)
        for (const kpi of sums.on('ci.kpis.v1')) {
          const value = delta(kpi)
          const byHand = deltaByHand(runs, kpi.subject, kpi.eventAt)
          expect(value?.denominator ?? 0).toBe(byHand.runs)
          expect(value?.numerator ?? 0).toBeCloseTo(byHand.passes - byHand.expected, 5)
        }
        const last = deltaByHand(runs, 'ci:b1', T0 + 4 * DAY)
        expect(last.runs).toBe(0)
      }),
      { numRuns: 20 },
    )
  })
})

/** The definition, run by run. */
const deltaByHand = (runs: readonly Run[], subject: string, asOf: number) => {
  const within = runs.filter(
    ({ finishedAt, observedAt, outcome }) =>
      outcome !== 'aborted' &&
      observedAt < asOf &&
      (finishedAt ?? 0) < asOf &&
      (finishedAt ?? 0) >= asOf - DAY,
  )
  const sum = { runs: 0, passes: 0, expected: 0 }
  for (const job of ['A', 'B']) {
    const isHere = (run: Run): boolean => `ci:${run.labels['cluster']}` === subject
    const of = within.filter((run) => run.job === job)
    const [here, elsewhere] = [of.filter(isHere), of.filter((run) => !isHere(run))]
    if (here.length === 0 || elsewhere.length === 0) continue
    const passed = (list: readonly Run[]): number =>
      list.filter(({ outcome }) => outcome === 'success').length
    sum.runs += here.length
    sum.passes += passed(here)
    sum.expected += (here.length * passed(elsewhere)) / elsewhere.length
  }
  return sum
}

/** Numbers in [0, 1) that look random, the same each time (Park and Miller 1988). */
const randomOf = (seed: number) => {
  let at = seed
  return (): number => {
    at = (at * 48_271) % 2_147_483_647
    return at / 2_147_483_647
  }
}
