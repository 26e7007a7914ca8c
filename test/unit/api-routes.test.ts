import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { routes } from '../../api/routes/index.ts'
import { MODEL_TABLE } from '../../cli/models.ts'
import { currentOf } from '../../runtime/models/registry.ts'
import { servedModels } from '../../runtime/models/serving.ts'
import { SHAPES } from '../../api/shapes/routes.ts'
import { key } from '../../schemas/keys.ts'
import { CATALOGUE } from '../../processors/kpi/catalogue.ts'
import { KPIS } from '../../processors/kpi/index.ts'
import { PULL_KPIS } from '../../processors/kpi/pulls/index.ts'
import { createAnswerChecker } from '../support/answer-checker.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import {
  NOON,
  REF,
  sampleClusterState,
  sampleDeadLetter,
  sampleDecision,
  sampleFailureKind,
  sampleFailureSignature,
  sampleForecast,
  sampleIncident,
  sampleKpi,
  sampleMeasure,
  sampleMergeForecast,
  sampleMergeScore,
  samplePace,
  sampleProfile,
  sampleRun,
  sampleScore,
} from '../support/sample-records.ts'
import {
  sampleFailureGroup,
  sampleTestSheet,
  sampleTestState,
  sampleTestTab,
} from '../support/sample-tests.ts'

const JOB = '/v1/jobs/prow/openshift%2Forigin/e2e%3A%20gcp%2050%25'
const RUN = '/v1/runs/prow/openshift%2Forigin/e2e%3A%20gcp%2050%25/17%2Fa/1'
const PULL = '/v1/pulls/github/acme%2Fshop/7'
const DONE = { ...REF, runId: '16', startedAt: NOON - 1_000_000 }
const SUBJECT = encodeURIComponent(sampleKpi().subject)
const KPI_KEY = encodeURIComponent(key('job', sampleKpi().subject, '24h'))
const INCIDENT = `/v1/incidents/${encodeURIComponent(sampleIncident().incident)}`

const MODELS = join(import.meta.dirname, '../../models')
const VERSION = currentOf(MODELS, 'stopping')?.version ?? 'none'

const pipeline = createTestPipeline({
  models: servedModels(MODELS, MODEL_TABLE),
  status: () => ({
    isReady: true,
    storeBytes: 4096,
    sources: [{ name: 'archive', state: 'running', isSimulated: false, cursor: 9, detail: null }],
    stages: [{ name: 'runs', inputs: ['ci.run-events.v1'], outputs: ['ci.runs.v1'] }],
  }),
})
const KPI_NAMES: Readonly<Record<string, readonly string[]>> = {
  repo: KPIS.map(({ name }) => name),
  pulls: PULL_KPIS.map(({ name }) => name),
}
const checker = createAnswerChecker()
let app: FastifyInstance

beforeAll(async () => {
  pipeline.publish([
    published('ci.runs.v1', sampleRun()),
    published(
      'ci.runs.v1',
      sampleRun({
        ...{ ...DONE, pull: 7 },
        ...{ change: 'finished', phase: 'finished', outcome: 'failure' },
        finishedAt: NOON - 100_000,
      }),
    ),
    published(
      'ci.runs.v1',
      sampleRun({
        runId: '18',
        source: 'demo',
        change: 'queued',
        phase: 'queued',
        startedAt: null,
      }),
    ),
    published('ci.forecasts.v1', sampleForecast()),
    published('ci.decisions.v1', sampleDecision()),
    published('ci.scores.v1', sampleScore({ runId: '16', observedAt: NOON - 100_000 })),
    published('ci.job-profiles.v1', sampleProfile()),
    published('ci.paces.v1', samplePace()),
    published('ci.kpis.v1', sampleKpi()),
    published('ci.kpi-history.v1', sampleKpi()),
    published('ci.kpi-history.v1', sampleKpi({ eventAt: NOON - 300_000 })),
    published('ci.measures.v1', sampleMeasure()),
    published('ci.measures.v1', sampleMeasure({ subject: 'demo', simulated: true })),
    published('ci.incidents.v1', sampleIncident()),
    published('ci.incident-steps.v1', sampleIncident()),
    published('ci.cluster-states.v1', sampleClusterState()),
    published('ci.kpis.v1', sampleKpi({ dimension: 'cluster', subject: 'prow:build05' })),
    published('ci.merge-forecasts.v1', sampleMergeForecast()),
    published('ci.merge-forecasts.v1', sampleMergeForecast({ eventId: 'other', pull: 8 })),
    published('ci.merge-scores.v1', sampleMergeScore({ pull: 8 })),
    published('ci.kpis.v1', sampleKpi({ dimension: 'repo', subject: key(REF.source, REF.repo) })),
    published('ci.test-states.v1', sampleTestState()),
    published('ci.test-states.v1', sampleTestState({ test: 'b', word: 'flaky' })),
    published('ci.test-tabs.v1', {
      ...sampleTestTab(),
      columns: sampleTestTab().columns.map((column) =>
        column.runId === '9' ? { ...column, runId: DONE.runId } : column,
      ),
    }),
    published('ci.test-sheets.v1', sampleTestSheet()),
    published('ci.failure-groups.v1', sampleFailureGroup()),
    published('ci.dead-letters.v1', sampleDeadLetter()),
    published('ci.failure-kinds.v1', sampleFailureKind()),
    published('ci.failure-signatures.v1', sampleFailureSignature()),
  ])
  pipeline.setNow(NOON + 50_000)
  app = await buildApp(pipeline.deps)
})
afterAll(async () => {
  await app.close()
  await checker.close()
})

interface Body {
  readonly asOf: number
  readonly lagMs: number
  readonly simulated: boolean
  readonly data: never
  readonly next?: string
}
const get = async (url: string): Promise<Body> => {
  const response = await app.inject(url)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}
const rowsOf = async (url: string): Promise<Record<string, unknown>[]> => (await get(url)).data

/** Addresses that show every route with data in it. */
const SHOWN: Record<string, string[]> = {
  '/v1/jobs': ['/v1/jobs', '/v1/jobs?q=E2E&source=prow'],
  '/v1/jobs/:source/:repo/:job': [JOB],
  '/v1/jobs/:source/:repo/:job/kpis': [`${JOB}/kpis`],
  '/v1/jobs/:source/:repo/:job/history': [`${JOB}/history?window=24h`],
  '/v1/jobs/:source/:repo/:job/survival': [`${JOB}/survival`],
  '/v1/jobs/:source/:repo/:job/pace': [`${JOB}/pace`],
  '/v1/jobs/:source/:repo/:job/runs': [`${JOB}/runs?limit=1`],
  '/v1/runs': [
    '/v1/runs',
    '/v1/runs?state=running',
    '/v1/runs?state=finished&repo=openshift/origin',
    `/v1/runs?outcome=failure,error&ended_from=${NOON - 1e6}&ended_to=${NOON}`,
    '/v1/runs?label=cluster:build05',
    '/v1/runs?pull=7',
    '/v1/runs?stopped_by=stopline&outcome=failure',
  ],
  '/v1/runs/:source/:repo/:job/:runId/:attempt': [RUN, RUN.replace('17%2Fa', '16')],
  '/v1/runs/:source/:repo/:job/:runId/:attempt/steps': [`${RUN}/steps`],
  '/v1/runs/:source/:repo/:job/:runId/:attempt/trajectory': [
    `${RUN}/trajectory`,
    `${RUN.replace('17%2Fa', '16')}/trajectory`,
  ],
  '/v1/runs/:source/:repo/:job/:runId/:attempt/failure': [
    `${RUN}/failure`,
    `${RUN.replace('17%2Fa', '16')}/failure`,
  ],
  '/v1/runs/:source/:repo/:job/:runId/:attempt/risk': [`${RUN.replace('17%2Fa', '16')}/risk`],
  '/v1/failure-kinds': ['/v1/failure-kinds', '/v1/failure-kinds?kind=infrastructure&source=prow'],
  '/v1/failure-signatures': [
    '/v1/failure-signatures',
    '/v1/failure-signatures?repo=openshift/origin&kind=infrastructure',
  ],
  '/v1/scores': ['/v1/scores', '/v1/scores?source=prow'],
  '/v1/savings': ['/v1/savings', '/v1/savings?dimension=community&subject=demo'],
  '/v1/drift': ['/v1/drift', '/v1/drift?source=prow'],
  '/v1/calibration': ['/v1/calibration'],
  '/v1/kpis': ['/v1/kpis', `/v1/kpis?dimension=job&subject=${SUBJECT}&window=24h`],
  '/v1/kpis/history': [`/v1/kpis/history?dimension=job&subject=${SUBJECT}&window=24h`],
  '/v1/incidents': [
    '/v1/incidents',
    '/v1/incidents?state=open&alert=likely-to-fail',
    '/v1/incidents?q=LIKELY&severity=warning&acked=false&muted=false',
  ],
  '/v1/incidents/:incident': [INCIDENT],
  '/v1/incidents/:incident/history': [`${INCIDENT}/history`],
  '/v1/clusters': ['/v1/clusters'],
  '/v1/search': ['/v1/search?q=e2e', '/v1/search?q=likely%20fail'],
  '/v1/compare': [
    `/v1/compare?base=${KPI_KEY}&sample=${KPI_KEY}`,
    `/v1/compare?base=${KPI_KEY}&sample=${KPI_KEY}&base_at=${NOON - 1}`,
  ],
  '/v1/pulls': ['/v1/pulls', '/v1/pulls?state=open', '/v1/pulls?state=ended&repo=acme/shop'],
  '/v1/pulls/:source/:repo/:pull': [PULL, PULL.replace('7', '8')],
  '/v1/pulls/:source/:repo/:pull/trajectory': [`${PULL.replace('7', '8')}/trajectory`],
  '/v1/models': ['/v1/models'],
  '/v1/models/:model': ['/v1/models/stopping'],
  '/v1/models/:model/versions/:version': [`/v1/models/stopping/versions/${VERSION}`],
  '/v1/tests': [
    '/v1/tests',
    '/v1/tests?word=regression&q=NODE&source=prow',
    `/v1/tests?source=prow&repo=openshift/origin&job=${encodeURIComponent(REF.job)}&test=${encodeURIComponent(sampleTestState().test)}`,
  ],
  '/v1/tests/:test': [`/v1/tests/${encodeURIComponent(sampleTestState().test)}`],
  '/v1/flakes': ['/v1/flakes', '/v1/flakes?source=prow'],
  '/v1/regressions': ['/v1/regressions'],
  '/v1/co-failures': ['/v1/co-failures?repo=openshift/origin'],
  '/v1/dashboards': ['/v1/dashboards', '/v1/dashboards?source=prow'],
  '/v1/dashboards/:source/:repo/tabs': ['/v1/dashboards/prow/openshift%2Forigin/tabs'],
  '/v1/repos': ['/v1/repos', '/v1/repos?source=prow'],
  '/v1/repos/:source/:repo/pulls': [
    '/v1/repos/github/acme%2Fshop/pulls',
    '/v1/repos/github/acme%2Fshop/pulls?state=ended',
  ],
  '/v1/repos/:source/:repo/dora': ['/v1/repos/prow/openshift%2Forigin/dora'],
  '/v1/repos/:source/:repo/kpis': ['/v1/repos/prow/openshift%2Forigin/kpis'],
  '/v1/jobs/:source/:repo/:job/grid': [`${JOB}/grid`],
  '/v1/failure-groups': ['/v1/failure-groups', '/v1/failure-groups?source=prow&fingerprint=f00d'],
  '/v1/topics': ['/v1/topics'],
  '/v1/topics/:topic/records': [
    '/v1/topics/ci.runs.v1/records?from=1&limit=1',
    '/v1/topics/ci.dead-letters.v1/records',
  ],
  '/v1/schemas': ['/v1/schemas'],
  '/v1/pipeline': ['/v1/pipeline'],
  '/v1/dead-letters': ['/v1/dead-letters', '/v1/dead-letters?reason=unreadable-time'],
}

describe('every route', () => {
  it('is shown here', () => {
    const table = routes({ sample: () => undefined, perSecond: () => 0 }, { get: () => undefined })
    expect(Object.keys(SHOWN).sort()).toEqual(table.map(({ path }) => path).sort())
  })

  const shown = Object.entries(SHOWN).flatMap(([path, urls]) => urls.map((url) => ({ path, url })))
  it.each(shown)('answers $url as its schema says, with data', async ({ path, url }) => {
    const response = await app.inject(url)
    expect(response.statusCode, response.body).toBe(200)
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(await checker.check(path, response.body)).toBe('fits')
    const { data, asOf, lagMs } = response.json<Body>()
    expect({ asOf, lagMs }).toEqual({ asOf: NOON + 50_000, lagMs: 7 })
    if (Array.isArray(data)) expect(data).not.toHaveLength(0)
  })

  it('is refused by the checker when a field is missing, too many, or of another type', async () => {
    const { data, ...rest } = await get('/v1/schemas')
    const [first] = data as { schema: string; avro: object }[]
    const bodies = [
      { ...rest },
      { ...rest, data: [{ ...first, more: 1 }] },
      { ...rest, data, lagMs: '7' },
    ]
    for (const body of bodies)
      expect(await checker.check('/v1/schemas', JSON.stringify(body))).not.toBe('fits')
  })

  it('is in the OpenAPI 3.1 description with all records', async () => {
    const { openapi, paths, components } = (await app.inject('/docs/json')).json<{
      openapi: string
      paths: Record<string, unknown>
      components: { schemas: Record<string, unknown> }
    }>()
    expect(openapi).toBe('3.1.0')
    const wanted = [
      ...Object.keys(SHOWN),
      '/v1/stream',
      '/healthz',
      '/readyz',
      '/metrics',
      '/v1/ingest/github',
      '/v1/session',
      '/v1/incidents/:incident/:command',
      '/v1/what-if/stop',
      '/v1/models/:model/predict',
      '/v2',
      '/v2/health/live',
      '/v2/health/ready',
      ...SHAPES.map(({ path }) => path),
      ...['', '/versions/:version'].flatMap((of) =>
        ['', '/ready', '/infer'].map((rest) => `/v2/models/:model${of}${rest}`),
      ),
    ]
    expect(Object.keys(paths).sort()).toEqual(
      wanted.map((path) => path.replace(/:(\w+)/g, '{$1}')).sort(),
    )
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(['Run', 'Problem']))
    const page = await app.inject('/docs/')
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  })
})

describe('a pull request', () => {
  it('comes with the instants it is expected at while it is open, and with its score afterwards', async () => {
    const { data } = await get(PULL)
    const openedAt = NOON - 3_600_000
    expect(data).toMatchObject({
      forecast: { pull: 7, pMerge: 0.9 },
      expected: { at: { p05: openedAt + 4e6, p50: openedAt + 1e7, p95: openedAt + 2e8 } },
      score: null,
    })
    expect((await get(PULL.replace('7', '8'))).data).toMatchObject({
      expected: null,
      score: { merged: true, seconds: 12_600 },
    })
  })
  it('has the ten classes of AI4CI by the deciles of its repository', async () => {
    const { compat } = (await get(PULL)).data as { compat: object[] }
    expect(compat).toHaveLength(10)
    expect(compat[0]).toEqual({ class: 0, fromSeconds: 0, toSeconds: 1e3, p: 0 })
    expect(compat[4]).toEqual({ class: 4, fromSeconds: 8e3, toSeconds: 1e4, p: 0.3 })
    expect(compat[9]).toEqual({ class: 9, fromSeconds: 2e5, toSeconds: null, p: 0.1 })
  })
  it('is listed by state, the last opened first, and as not heard of where it is not', async () => {
    const numbers = async (state: string): Promise<unknown[]> =>
      (await rowsOf(`/v1/pulls?state=${state}`)).map(
        (row) => (row['forecast'] as { pull: number }).pull,
      )
    expect(await numbers('open')).toEqual([7])
    expect(await numbers('ended')).toEqual([8])
    expect((await app.inject(PULL.replace('7', '9'))).statusCode).toBe(404)
  })
})

describe('a repository', () => {
  it('lists its pull requests, and none of another', async () => {
    const numbers = async (repo: string): Promise<unknown[]> =>
      (await rowsOf(`/v1/repos/github/${encodeURIComponent(repo)}/pulls`)).map(
        (row) => (row['forecast'] as { pull: number }).pull,
      )
    expect(new Set(await numbers('acme/shop'))).toEqual(new Set([7, 8]))
    expect(await numbers('acme/other')).toEqual([])
  })
  it("says of DORA's figures that they are not collected, never 0, and what would tell them", async () => {
    const rows = await rowsOf('/v1/repos/prow/openshift%2Forigin/dora')
    expect(rows.map(({ name }) => name)).toEqual(CATALOGUE.slice(40, 44).map((entry) => entry.name))
    for (const row of rows) {
      expect(row).toMatchObject({ state: 'notCollected', value: null })
      expect(row['needs']).toContain('deployments')
    }
    expect((await app.inject('/v1/repos/prow/nobody/dora')).statusCode).toBe(404)
  })
  it('has beside a figure of DORA the KPI that comes nearest, where one was told', async () => {
    const rows = await rowsOf('/v1/repos/prow/openshift%2Forigin/dora')
    const near = rows.map((row) => row['near'])
    expect(near).toContain(null)
    for (const each of near as ({ kpi: string; dimension: string } | null)[])
      if (each !== null) expect(KPI_NAMES[each.dimension]).toContain(each.kpi)
  })
})

describe('a run', () => {
  it('comes with its forecast read off the curve at asOf, its decision, and no score while it runs', async () => {
    const { data } = await get(RUN)
    expect(data).toEqual({
      run: sampleRun(),
      forecast: sampleForecast(),
      now: {
        elapsedSeconds: 50,
        pFail: 0.4,
        remainingSeconds: 550,
        remainingLow: 250,
        remainingHigh: 850,
      },
      decision: sampleDecision(),
      score: null,
    })
  })

  it('comes with its score once it has ended', async () => {
    const { data } = await get(RUN.replace('17%2Fa', '16'))
    expect(data).toMatchObject({ now: null, decision: null, score: { failed: true } })
  })

  it('is listed among the running by its probability, down to the lowest asked for', async () => {
    expect(await rowsOf('/v1/runs?state=running&min_p=0.2')).toHaveLength(1)
    expect(await rowsOf('/v1/runs?state=running&min_p=0.21')).toHaveLength(0)
    expect((await app.inject('/v1/runs?min_p=0.2')).json()).toMatchObject({
      code: 'invalid-parameter',
    })
  })

  it('is listed by its state and job', async () => {
    const runIds = async (query: string) =>
      (await rowsOf(`/v1/runs?${query}`)).map(({ run }) => (run as { runId: string }).runId)
    expect(await runIds('state=finished')).toEqual(['16'])
    expect(await runIds('state=queued')).toEqual(['18'])
    expect(await runIds('')).toEqual(['17/a', '18', '16'])
    expect(await runIds('source=prow')).toEqual(['17/a', '16'])
    expect(await runIds('job=another')).toEqual([])
  })
})

describe('simulated data', () => {
  it('marks an answer that holds any of it, and no other', async () => {
    expect((await get('/v1/jobs')).simulated).toBe(true)
    expect((await get('/v1/jobs?source=prow')).simulated).toBe(false)
    expect((await get('/v1/runs?state=queued')).simulated).toBe(true)
    expect((await get('/v1/savings?dimension=community&subject=demo')).simulated).toBe(true)
    expect((await get('/v1/topics/ci.runs.v1/records?from=2')).simulated).toBe(true)
  })

  it('is left out of the savings of all where there is anything real', async () => {
    const { simulated, data } = await get('/v1/savings')
    expect(simulated).toBe(false)
    expect(data).toMatchObject({ dimension: 'all', passing: 100, failing: 50 })
  })
})

describe('savings and calibration', () => {
  it('shows net only beside the false-stop rate, with numerator, denominator and interval', async () => {
    const { data } = await get('/v1/savings?dimension=community&subject=prow')
    const [rule] = (data as { rules: Record<string, Record<string, number>>[] }).rules
    expect(rule).toMatchObject({ netSeconds: 600, strictNetSeconds: -100, recall: 0.25 })
    expect(rule?.['falseStopRate']).toMatchObject({ value: 0.02, numerator: 2, denominator: 100 })
    expect(rule?.['falseStopRate']?.['high']).toBeCloseTo(0.07, 3)
    expect(rule?.['precision']).toMatchObject({ value: 0.8, numerator: 8, denominator: 10 })
  })

  it('shows bins that hold runs, with what a calibrated forecaster would show there', async () => {
    const { data } = await get('/v1/calibration')
    const [check] = (data as { checkpoints: { ece: number; bins: Record<string, number>[] }[] })
      .checkpoints
    expect(check?.ece).toBeCloseTo(0.1, 10)
    expect(check?.bins).toHaveLength(2)
    expect(check?.bins[0]).toMatchObject({ n: 10, forecast: 0.2, failed: 4, observed: 0.4 })
    expect(check?.bins[0]?.['low']).toBeLessThan(0.2)
    expect(check?.bins[0]?.['high']).toBeGreaterThan(0.2)
  })
})

describe('lists', () => {
  it('go on from the cursor of the page before, without gap or repeat', async () => {
    const seen: unknown[] = []
    let next: string | undefined
    do {
      const cursor = next === undefined ? '' : `&cursor=${next}`
      const page = await get(`/v1/runs?limit=1${cursor}`)
      seen.push(...(page.data as object[]))
      next = page.next
    } while (next !== undefined)
    expect(seen).toEqual(await rowsOf('/v1/runs'))
  })

  it('of records go on from an offset', async () => {
    const page = await get('/v1/topics/ci.runs.v1/records?limit=2')
    const rest = await get(`/v1/topics/ci.runs.v1/records?limit=2&cursor=${page.next ?? ''}`)
    const offsets = [page, rest].flatMap(({ data }) =>
      (data as { offset: number }[]).map((r) => r.offset),
    )
    expect(offsets).toEqual([0, 1, 2])
    expect(rest.next).toBeUndefined()
  })

  it('of dead letters give the bytes as base64 in the topic', async () => {
    const [letter] = await rowsOf('/v1/topics/ci.dead-letters.v1/records')
    expect(letter?.['record']).toMatchObject({ payload: Buffer.from('a,b,c').toString('base64') })
  })
})
