import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { differenceOf } from '../../api/routes/compare.ts'
import { stepsOf } from '../../api/routes/run-steps.ts'
import type { Kpi, KpiValue } from '../../schemas/events.ts'
import { jobKey, key } from '../../schemas/keys.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import {
  NOON,
  REF,
  sampleClusterState,
  sampleIncident,
  sampleKpi,
  sampleRun,
} from '../support/sample-records.ts'

const pipeline = createTestPipeline()
let app: FastifyInstance
beforeAll(async () => {
  const queued = { change: 'queued', phase: 'queued', startedAt: null } as const
  pipeline.publish([
    published('ci.runs.v1', sampleRun()),
    published('ci.runs.v1', sampleRun({ ...queued, runId: 'w1', queuedAt: NOON - 9_000 })),
    published('ci.runs.v1', sampleRun({ ...queued, runId: 'w2', queuedAt: NOON - 5_000 })),
    published('ci.runs.v1', sampleRun({ ...queued, runId: 'w3', labels: {} })),
    published('ci.cluster-states.v1', sampleClusterState()),
    published('ci.cluster-states.v1', sampleClusterState({ place: 'run/17' })),
    published('ci.kpis.v1', sampleKpi({ dimension: 'cluster', subject: 'prow:build05' })),
    ...['likely', 'stuck'].map((name, i) =>
      published(
        'ci.incidents.v1',
        sampleIncident({
          incident: name,
          title: name,
          severity: i === 0 ? 'warning' : 'critical',
          ackedBy: i === 0 ? 'ann' : null,
          mutedUntil: i === 0 ? NOON + 1000 : NOON - 1000,
        }),
      ),
    ),
    ...[1, 2].map((step) =>
      published(
        'ci.incident-steps.v1',
        sampleIncident({ incident: 'likely', eventId: `step-${step}`, observedAt: NOON + step }),
      ),
    ),
  ])
  pipeline.setNow(NOON)
  app = await buildApp(pipeline.deps)
})
afterAll(() => app.close())

const rows = async (url: string): Promise<Record<string, unknown>[]> => {
  const response = await app.inject(url)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<{ data: Record<string, unknown>[] }>().data
}

describe('the inbox', () => {
  const found = async (query: string): Promise<unknown[]> =>
    (await rows(`/v1/incidents?${query}`)).map(({ incident }) => incident).sort()

  it('is filtered by words, severity, who took it, and mutes that are still in force', async () => {
    expect(await found('')).toEqual(['likely', 'stuck'])
    expect(await found('q=STUCK')).toEqual(['stuck'])
    expect(await found('severity=warning')).toEqual(['likely'])
    expect(await found('acked=false')).toEqual(['stuck'])
    expect(await found('muted=true')).toEqual(['likely'])
    expect(await found('muted=false&severity=warning')).toEqual([])
  })

  it('gives the history of one incident, the newest first, and says so where there is none', async () => {
    const history = await rows('/v1/incidents/likely/history')
    expect(history.map(({ eventId }) => eventId)).toEqual(['step-2', 'step-1'])
    expect(await rows('/v1/incidents/stuck/history')).toEqual([])
    expect((await app.inject('/v1/incidents/none/history')).statusCode).toBe(404)
    expect((await app.inject('/v1/incidents/none')).statusCode).toBe(404)
  })
})

describe('clusters', () => {
  it('say what waits and runs on each, its troubles and its KPIs; runs without one stand apart', async () => {
    const clusters = await rows('/v1/clusters')
    expect(clusters).toMatchObject([
      { source: 'prow', cluster: 'build05', queued: 2, oldestQueuedAt: NOON - 9_000 },
      { source: 'prow', cluster: null, queued: 1, states: [], day: null },
    ])
    expect(clusters[0]?.['states']).toHaveLength(1)
    expect((clusters[0]?.['day'] as Kpi).subject).toBe('prow:build05')
  })
})

describe('a search', () => {
  it('finds by all words in any order, and names the page of what it found', async () => {
    const found = await rows('/v1/search?q=gcp%20E2E')
    expect(found[0]).toMatchObject({ kind: 'job', title: REF.job })
    expect(found[0]?.['parts']).toEqual([REF.source, REF.repo, REF.job])
    expect(await rows('/v1/search?q=nothing-like-it')).toEqual([])
    expect(await rows('/v1/search?q=%20')).toEqual([])
    expect((await rows('/v1/search?q=w2')).map(({ kind }) => kind)).toEqual(['run'])
  })

  it('says that what it found is simulated by where it was heard, not by how it is named', async () => {
    const simulating = createTestPipeline()
    const simulated = sampleIncident({
      incident: 'overdue:demo:o/r:x',
      source: 'demo',
      title: 'odd',
    })
    simulating.publish([
      published('ci.incidents.v1', simulated),
      published('ci.runs.v1', sampleRun({ ...REF, job: 'demo' })),
    ])
    const searched = await buildApp(simulating.deps)
    const isSimulated = async (q: string): Promise<unknown> =>
      (await searched.inject(`/v1/search?q=${q}`)).json<{ simulated: boolean }>().simulated
    expect(await isSimulated('odd')).toBe(true)
    expect(await isSimulated(encodeURIComponent(REF.runId))).toBe(false)
    await searched.close()
  })
})

describe('runs behind a number', () => {
  it('are found by label and refused with what runs', async () => {
    const ids = async (query: string): Promise<unknown[]> =>
      (await rows(`/v1/runs?${query}`)).map(({ run }) => (run as { runId: string }).runId).sort()
    expect(await ids('label=cluster:build05')).toEqual(['17/a', 'w1', 'w2'])
    expect(await ids('label=branch:main')).toHaveLength(4)
    expect(await ids('outcome=failure')).toEqual([])
    const refused = await app.inject('/v1/runs?state=queued&label=cluster:build05')
    expect(refused.json()).toMatchObject({ code: 'invalid-parameter' })
  })
})

describe('a comparison', () => {
  const value = (kpi: string, change: Partial<KpiValue>): KpiValue => ({
    ...{ kpi, value: null, numerator: null, denominator: null },
    ...{ low: null, high: null, n: 0, compat: null, ...change },
  })
  const share = (numerator: number, n: number): KpiValue =>
    value('run_pass_rate', { value: numerator / n, numerator, denominator: n, n })

  it('of shares of runs has the interval of Newcombe', () => {
    const { difference, low, high, isApart } = differenceOf(share(5, 10), share(8, 10))
    expect(difference).toBeCloseTo(0.3, 10)
    expect(low).toBeCloseTo(-0.1067, 4)
    expect(high).toBeCloseTo(0.5999, 4)
    expect(isApart).toBe(false)
    expect(differenceOf(share(50, 100), share(80, 100)).isApart).toBe(true)
  })
  it('of other KPIs is told apart by their own intervals, and cannot be told without', () => {
    const wait = (at: number, half: number | null): KpiValue =>
      value('queue_p50', {
        ...{ value: at, n: 20 },
        ...(half === null ? {} : { low: at - half, high: at + half }),
      })
    expect(differenceOf(wait(10, 2), wait(20, 2))).toMatchObject({ difference: 10, isApart: true })
    expect(differenceOf(wait(10, 6), wait(20, 6)).isApart).toBe(false)
    expect(differenceOf(wait(10, null), wait(20, null)).isApart).toBeNull()
    expect(differenceOf(undefined, wait(20, 2)).difference).toBeNull()
  })
  it('names what is not there', async () => {
    const name = encodeURIComponent(key('job', jobKey(REF), '7d'))
    expect((await app.inject(`/v1/compare?base=${name}&sample=${name}`)).statusCode).toBe(404)
    const bad = await app.inject('/v1/compare?base=x&sample=y')
    expect(bad.json()).toMatchObject({ code: 'invalid-parameter' })
  })
})

describe('steps of a run', () => {
  const point = (
    step: string,
    at: number,
    startedAt: number | null,
    outcome: 'success' | null,
  ) => ({
    ...{ step, at, startedAt, outcome },
  })
  it('are one line each, in order of start, whatever the order of hearing', () => {
    const points = [
      point('test', 9_000, null, 'success'),
      point('build', 4_000, 1_000, 'success'),
      point('test', 5_000, null, null),
      point('push', 10_000, null, null),
    ]
    expect(stepsOf(points)).toEqual([
      { step: 'build', outcome: 'success', startedAt: 1_000, finishedAt: 4_000 },
      { step: 'test', outcome: 'success', startedAt: 5_000, finishedAt: 9_000 },
      { step: 'push', outcome: null, startedAt: 10_000, finishedAt: null },
    ])
    expect(stepsOf([...points].reverse())).toEqual(stepsOf(points))
  })
  it('have an end alone where that is all that was told', () => {
    expect(stepsOf([point('only', 7, null, 'success')])).toEqual([
      { step: 'only', outcome: 'success', startedAt: null, finishedAt: 7 },
    ])
  })
})
