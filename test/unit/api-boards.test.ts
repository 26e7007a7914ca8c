import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { driftOf } from '../../api/drift.ts'
import { areAlike, likeRecord } from '../../api/like-jobs.ts'
import { levelOf, riskOf } from '../../api/risk.ts'
import type { TestColumn } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { ratio } from '../../schemas/measures.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { NOON, REF, sampleKpi, sampleRun, sampleScore } from '../support/sample-records.ts'
import { sampleTestSheet, sampleTestState, sampleTestTab } from '../support/sample-tests.ts'

const [A, B] = ['e2e-aws', 'e2e-gcp'].map((job) => ({ source: 'prow', repo: REF.repo, job }))
const jobOf = (at: typeof A) => at ?? { source: '', repo: '', job: '' }
const NAME = sampleTestState().test

const pipeline = createTestPipeline()
let app: FastifyInstance
beforeAll(async () => {
  pipeline.publish([
    published('ci.runs.v1', sampleRun({ ...jobOf(A), labels: { variant: 'aws' } })),
    published('ci.runs.v1', sampleRun({ ...jobOf(B), labels: {} })),
    published('ci.runs.v1', sampleRun({ ...jobOf(B), runId: '18', source: 'demo' })),
    published('ci.test-states.v1', sampleTestState(jobOf(A))),
    published(
      'ci.test-states.v1',
      sampleTestState({ ...jobOf(B), word: 'flaky', severity: 30, together: [], partners: 0 }),
    ),
    published(
      'ci.test-states.v1',
      sampleTestState({ ...jobOf(B), test: 'new', word: 'newFailing', severity: 80 }),
    ),
    published('ci.test-states.v1', sampleTestState({ ...jobOf(B), test: 'ok', word: 'passing' })),
    published('ci.test-tabs.v1', sampleTestTab({ ...jobOf(A), alerts: 0, failing: 2 })),
    published('ci.test-tabs.v1', sampleTestTab({ ...jobOf(B), status: 'failing' })),
    published('ci.test-tabs.v1', sampleTestTab({ ...jobOf(B), repo: 'other/one', alerts: 5 })),
    published(
      'ci.kpis.v1',
      sampleKpi({ dimension: 'repo', subject: key('prow', REF.repo), window: '7d' }),
    ),
    published(
      'ci.kpis.v1',
      sampleKpi({ dimension: 'pulls', subject: key('prow', REF.repo), window: '30d' }),
    ),
    published(
      'ci.kpis.v1',
      sampleKpi({ dimension: 'repo', subject: key('prow', 'else'), window: '7d' }),
    ),
  ])
  pipeline.setNow(NOON)
  app = await buildApp(pipeline.deps)
})
afterAll(() => app.close())

const data = async <T>(url: string): Promise<T> => {
  const response = await app.inject(url)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<{ data: T }>().data
}
type Rows = Record<string, unknown>[]
const statusOf = async (url: string): Promise<number> => (await app.inject(url)).statusCode

describe('boards of tests', () => {
  it('hold what flakes, what regressed or is new and fails, and what fails together', async () => {
    const names = async (url: string): Promise<string[]> =>
      (await data<Rows>(url)).map(({ job, test }) => `${String(job)} ${String(test)}`)
    expect(await names('/v1/flakes')).toEqual([`e2e-gcp ${NAME}`])
    expect(await names('/v1/regressions')).toEqual([`e2e-aws ${NAME}`, 'e2e-gcp new'])
    expect(await names('/v1/regressions?job=e2e-aws')).toEqual([`e2e-aws ${NAME}`])
    expect(await data<Rows>(`/v1/co-failures?job=e2e-aws`)).toEqual([
      {
        ...jobOf(A),
        ...{ test: NAME, partners: 1 },
        together: [{ test: 'suite a :: drains', phi: 0.97, runs: 3 }],
      },
    ])
  })

  it('tell of one test in all its jobs, with the variant that the newest run of each has', async () => {
    const found = await data<{ variants: Rows; jobs: Rows }>(
      `/v1/tests/${encodeURIComponent(NAME)}`,
    )
    expect(found.variants).toEqual(
      ['aws', null].map((variant) => ({ variant, jobs: 1, passed: 4, failed: 3, flaky: 0 })),
    )
    expect(found.jobs.map(({ variant }) => variant)).toEqual(['aws', null])
    expect(await statusOf('/v1/tests/nothing')).toBe(404)
  })
})

describe('dashboards and repositories', () => {
  it('sum up the tabs of each repository, the most alerts first', async () => {
    const found = await data<Rows>('/v1/dashboards')
    expect(found.map(({ repo }) => repo)).toEqual(['other/one', REF.repo])
    expect(found[1]).toMatchObject({
      ...{ tabs: 2, tests: 4, failing: 3, alerts: 1 },
      states: { flaky: 1, failing: 1 },
    })
  })
  it('list the tabs of one, and none of another', async () => {
    const tabs = await data<Rows>(`/v1/dashboards/prow/${encodeURIComponent(REF.repo)}/tabs`)
    expect(tabs.map(({ job }) => job).sort()).toEqual(['e2e-aws', 'e2e-gcp'])
    expect(tabs[0]).not.toHaveProperty('columns')
    expect(await statusOf('/v1/dashboards/prow/nobody/tabs')).toBe(404)
  })
  it('count the jobs of repositories beside their week', async () => {
    const found = await data<Rows>('/v1/repos')
    const real = found.find(({ source }) => source === 'prow')
    expect(real).toMatchObject({ repo: REF.repo, jobs: 2, week: { window: '7d' } })
    expect(found.find(({ source }) => source === 'demo')).toMatchObject({ jobs: 1, week: null })
    const kpis = await data<Rows>(`/v1/repos/prow/${encodeURIComponent(REF.repo)}/kpis`)
    expect(kpis.map(({ dimension, window }) => `${String(dimension)} ${String(window)}`)).toEqual([
      'repo 7d',
      'pulls 30d',
    ])
    expect(await statusOf('/v1/repos/prow/nobody/kpis')).toBe(404)
  })
})

describe('risk by failed tests', () => {
  const run = (runId: string) => ({ runId, attempt: 1 })
  it('has the levels of Sippy', () => {
    const of = (passed: number, all: number) => levelOf(ratio(passed, all))
    expect([of(98, 100), of(97, 100), of(80, 100), of(79, 100), of(0, 0)]).toEqual([
      ...['high', 'medium', 'medium', 'low', 'unknown'],
    ])
  })
  it('looks at runs before this one alone', () => {
    // Columns 6 to 9: passed, failed, failed, failed.
    const [tab, sheets] = [sampleTestTab(), [sampleTestSheet()]]
    expect(riskOf(tab, sheets, run('6'))).toMatchObject({
      level: 'none',
      failed: 0,
      usualResults: null,
    })
    expect(riskOf(tab, sheets, run('7'))).toMatchObject({
      ...{ level: 'high', usualResults: 2, results: 2 },
      tests: [{ test: NAME, level: 'high', before: { numerator: 1, denominator: 1 } }],
    })
    expect(riskOf(tab, sheets, run('9'))).toMatchObject({
      level: 'low',
      tests: [{ before: { numerator: 1, denominator: 3 } }],
    })
    expect(riskOf(tab, sheets, run('5'))).toBeUndefined()
  })
  it('knows nothing of passes that the source does not name', () => {
    const tab = sampleTestTab({ failuresOnly: true })
    expect(riskOf(tab, [sampleTestSheet()], run('7'))?.level).toBe('unknown')
  })
  it('is incomplete for an ended run with too few results, not for one that still runs', () => {
    const last = (change: Partial<TestColumn>) => {
      const tab = sampleTestTab()
      return {
        ...tab,
        columns: tab.columns.map((c) => (c.runId === '9' ? { ...c, ...change } : c)),
      }
    }
    const sheets = [sampleTestSheet()]
    expect(riskOf(last({ passed: 1 }), sheets, run('9'))?.level).toBe('incomplete')
    expect(riskOf(last({ passed: 1, outcome: null }), sheets, run('9'))?.level).toBe('low')
  })
  it('is lowered for what fails on other pull requests within hours too', () => {
    const tab = sampleTestTab()
    const pulls: Record<string, number> = { 7: 1, 9: 2 }
    const pullOf = ({ runId }: TestColumn): number | null => pulls[runId] ?? null
    // Passed in 6 and 8, failed in 7 and 9: in 9 it had passed in two of three.
    const strip = (cells: readonly number[]) =>
      sampleTestSheet({ rows: [{ test: 't', word: 'flaky', last: 9, strip: [...cells] }] })
    const ended = tab.columns.map((column) => ({ ...column, failed: 1 }))
    const both = { ...tab, columns: ended }
    // 64 passes before, so that one failure leaves it nearly always passing.
    const long = {
      ...both,
      columns: [
        ...Array.from({ length: 64 }, (_, n) => ({
          ...ended[0],
          ...{ runId: `old-${n}`, at: NOON - 86_400_000, failed: 0 },
        })),
        ...ended,
      ] as TestColumn[],
    }
    const sheet = strip([16 * 65 + 1, 16 + 2, 16 + 1, 16 + 2])
    expect(riskOf(long, [sheet], run('9'))).toMatchObject({ level: 'high' })
    expect(riskOf(long, [sheet], run('9'), pullOf)).toMatchObject({
      level: 'medium',
      reason: 'a test failed that nearly always passes, and on other pull requests too',
      tests: [{ test: 't', level: 'medium', elsewhere: [1] }],
    })
    // The earlier run is lowered once the later one has failed.
    expect(riskOf(long, [sheet], run('7'), pullOf)?.level).toBe('medium')
    // Not by its own pull request, not by a run of none, not by what lies more than 12 h back.
    expect(riskOf(long, [sheet], run('9'), () => 2)?.level).toBe('high')
    expect(riskOf(long, [sheet], run('9'), (of) => (of.runId === '9' ? 2 : null))?.level).toBe(
      'high',
    )
    const apart = {
      ...long,
      columns: long.columns.map((of) => (of.runId === '7' ? { ...of, at: NOON - 46_800_000 } : of)),
    }
    expect(riskOf(apart, [sheet], run('9'), pullOf)?.level).toBe('high')
  })

  it('is that of like jobs where it is lower there, or unknown here', () => {
    const tab = sampleTestTab()
    const strip = (cells: readonly number[]) =>
      sampleTestSheet({ rows: [{ test: 't', word: 'failing', last: 9, strip: [...cells] }] })
    // Passed in 6, 7 and 8 and failed in 9; nothing was heard of it before it failed in 9.
    const [passed, fresh] = [strip([16 * 3 + 1, 16 + 2]), strip([16 * 3, 16 + 2])]
    const passes = (numerator: number) => () => ratio(numerator, 100)
    expect(riskOf(tab, [passed], run('9'))?.level).toBe('high')
    expect(riskOf(tab, [passed], run('9'), undefined, passes(70))).toMatchObject({
      level: 'low',
      tests: [{ likeJobs: { numerator: 70, denominator: 100 } }],
    })
    expect(riskOf(tab, [fresh], run('9'))?.level).toBe('unknown')
    expect(riskOf(tab, [fresh], run('9'), undefined, passes(99))?.level).toBe('high')
  })
  it('finds like jobs by their names, and counts what they did in the 14 days before', () => {
    const job = (name: string) => ({ source: 'prow', repo: 'o/r', job: name })
    expect(areAlike(job('e2e-4.17'), job('e2e-4.18'))).toBe(true)
    expect(areAlike(job('e2e-4.17'), job('e2e-4.17'))).toBe(false)
    expect(areAlike(job('e2e-4.18'), job('unit-4.18'))).toBe(false)
    const tab = sampleTestTab()
    const [, second] = tab.columns
    const at = second?.at ?? 0
    const rows = [{ test: 't', word: 'failing' as const, last: 9, strip: [16 * 2 + 1, 16 * 2 + 2] }]
    const grid = { tab, sheets: [sampleTestSheet({ rows })] }
    const last = (tab.columns.at(-1)?.at ?? 0) + 1
    expect(likeRecord([grid], 't', last)).toMatchObject({ numerator: 2, denominator: 4 })
    expect(likeRecord([grid], 't', at)).toMatchObject({ numerator: 1, denominator: 1 })
    expect(likeRecord([grid], 't', last + 15 * 86_400_000).denominator).toBe(0)
    expect(likeRecord([grid], 'other', last).denominator).toBe(0)
    expect(
      likeRecord([{ ...grid, tab: { ...tab, failuresOnly: true } }], 't', last).value,
    ).toBeNull()
  })

  it('is high where more than twenty failed', () => {
    const rows = Array.from({ length: 21 }, (_, i) => ({
      ...{ test: `t${i}`, word: 'failing' as const, last: 9 },
      strip: [16 * 4 + 2],
    }))
    const found = riskOf(sampleTestTab(), [sampleTestSheet({ rows })], run('9'))
    expect(found).toMatchObject({ level: 'high', failed: 21 })
    expect(found?.tests).toHaveLength(20)
  })
})

describe('drift', () => {
  const [start] = sampleScore().checkpoints
  const scoreOf = (runId: string, failed: boolean | null, stopSeconds: number | null, job = 'a') =>
    sampleScore({
      ...{ runId, failed, job },
      checkpoints: start === undefined ? [] : [{ ...start, pFail: 0.8 }],
      rules: [{ rule: 'stopline', stopSeconds, savedSeconds: 0, burntSeconds: 0 }],
    })
  it('sets what was said beside what happened, and counts stops that were wrong', () => {
    const [row] = driftOf([
      scoreOf('3', null, 60),
      scoreOf('2', false, 60),
      scoreOf('1', true, null),
    ])
    expect(row).toMatchObject({ runId: '3', said: 0.8, stops: 1, wrongStops: 1 })
    expect(row?.failed).toMatchObject({ numerator: 1, denominator: 2 })
  })
  it('puts jobs that are held back first, by their newest run', () => {
    const held = { ...scoreOf('1', true, null, 'held'), guard: 'adrift' }
    const back = { ...scoreOf('1', true, null, 'back'), guard: 'adrift' }
    const rows = driftOf([scoreOf('2', false, null), scoreOf('2', true, null, 'back'), back, held])
    expect(rows.map(({ job, guard }) => [job, guard])).toEqual([
      ['held', 'adrift'],
      ['a', null],
      ['back', null],
    ])
  })
})
