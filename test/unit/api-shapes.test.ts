import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { badge, passBadge } from '../../api/shapes/badge.ts'
import { sippyJob, sippyTest } from '../../api/shapes/sippy.ts'
import { statusesOf, statusText } from '../../api/shapes/testgrid.ts'
import { readSummary } from '../../producers/testgrid/normalize-summary.ts'
import { readTable } from '../../producers/testgrid/normalize-table.ts'
import type { Note } from '../../producers/payload/heard.ts'
import type { Kpi } from '../../schemas/events.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { NOON, REF, sampleKpi } from '../support/sample-records.ts'
import { sampleTestSheet, sampleTestState, sampleTestTab } from '../support/sample-tests.ts'

const DASHBOARD = '/testgrid/prow%3Aopenshift%2Forigin'
const BADGE = `/badge/prow/openshift%2Forigin/${encodeURIComponent(REF.job)}.svg`
const rates = (window: string, passes: number, runs: number): Kpi => {
  const [rate] = sampleKpi().values
  if (rate === undefined) throw new Error('the sample has no value')
  return sampleKpi({
    window,
    values: [{ ...rate, value: passes / runs, numerator: passes, denominator: runs }],
  })
}

const pipeline = createTestPipeline()
let app: FastifyInstance
beforeAll(async () => {
  pipeline.publish([
    published('ci.kpis.v1', rates('7d', 8, 10)),
    published('ci.kpis.v1', rates('14d', 14, 20)),
    published('ci.test-states.v1', sampleTestState()),
    published('ci.test-tabs.v1', sampleTestTab()),
    published('ci.test-sheets.v1', sampleTestSheet()),
  ])
  pipeline.setNow(NOON)
  app = await buildApp(pipeline.deps)
})
afterAll(() => app.close())

const asked = async (url: string): Promise<unknown> => {
  const response = await app.inject(url)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

describe('answers in the shape of TestGrid', () => {
  it('are read by the client of TestGrid: every cell, newest first, and the run as a whole', async () => {
    const notes: Note[] = []
    const table = await asked(`${DASHBOARD}/table?tab=${encodeURIComponent(REF.job)}&width=100`)
    const grid = readTable(table, NOON, notes)
    expect(notes).toEqual([])
    expect(grid.columns.map(({ build }) => build)).toEqual(['9', '8', '7', '6'])
    expect(grid.columns.map(({ startedAt }) => startedAt)).toEqual(
      [0, 1, 2, 3].map((minutes) => NOON - minutes * 60_000),
    )
    expect(grid.rows.map(({ name, codes }) => [name, [...codes]])).toEqual([
      ['Overall', [1, 1, 1, 1]],
      ['suite a :: drains', [1, 1, 1, 1]],
      [sampleTestState().test, [12, 12, 12, 1]],
    ])
  })

  it('tell of tabs and of the tests they alert on, in the units of the client', async () => {
    const notes: Note[] = []
    const [tab, ...others] = readSummary(await asked(`${DASHBOARD}/summary`), NOON, notes)
    expect(notes).toEqual([])
    expect(others).toEqual([])
    expect(tab).toEqual({
      tab: REF.job,
      status: 'FLAKY',
      ranAt: NOON,
      updatedAt: NOON,
      detail: '1 of 4 (25.0%) recent columns passed (5 of 8 or 62.5% cells)',
      latestGreen: '9',
      alerts: [
        {
          test: sampleTestState().test,
          failCount: 3,
          failedAt: NOON - 60_000,
          passedAt: NOON - 60_000,
          build: '17/a',
          message: null,
        },
      ],
    })
  })

  it('say which dashboard or tab is not known', async () => {
    expect((await app.inject('/testgrid/nobody/summary')).statusCode).toBe(404)
    expect((await app.inject(`${DASHBOARD}/table?tab=none`)).json<object>()).toMatchObject({
      detail: 'no tests of none in prow:openshift/origin were heard: a tab is a job',
    })
  })

  it('count runs of equal cells, and words of the state', () => {
    expect(statusesOf([12, 12, 1])).toEqual([
      { count: 2, value: 12 },
      { count: 1, value: 1 },
    ])
    const counts = { recent: 9, recentPassed: 0, cells: 1103, cellsPassed: 1085 }
    expect(statusText(sampleTestTab(counts))).toBe(
      '0 of 9 (0.0%) recent columns passed (1085 of 1103 or 98.4% cells)',
    )
  })
})

describe('answers under the names of Sippy', () => {
  it('tell of a job: 8 of 10 in a week and 14 of 20 in two are 80 % after 60 %', async () => {
    const [job] = (await asked('/api/jobs?release=4.20')) as object[]
    expect(job).toMatchObject({
      name: REF.job,
      org: 'openshift',
      repo: 'origin',
      current_runs: 10,
      current_pass_percentage: 80,
      previous_pass_percentage: 60,
      net_improvement: 20,
    })
  })

  it('take a job without an earlier week as one that did not change', () => {
    expect(sippyJob(rates('7d', 1, 2), undefined)).toMatchObject({
      current_pass_percentage: 50,
      previous_runs: 0,
      previous_pass_percentage: 0,
      net_improvement: 0,
    })
    const nothing = { passed: 0, failed: 0, flaky: 0, skipped: 0, quiet: 0 }
    expect(sippyTest(sampleTestState({ weekBefore: nothing }))).toMatchObject({
      previous_runs: 0,
      net_improvement: 0,
      net_failure_improvement: 0,
      net_working_improvement: 0,
    })
  })

  it('tell of a test, where a flake works', async () => {
    const [test] = (await asked('/api/tests')) as object[]
    expect(test).toMatchObject({
      name: sampleTestState().test,
      current_runs: 7,
      current_failures: 3,
      current_working_percentage: (100 * 4) / 7,
      previous_pass_percentage: 100,
    })
  })
})

describe('a badge', () => {
  it('is a picture with the pass rate of the week, said to those who do not see it', async () => {
    const response = await app.inject(BADGE)
    expect(response.headers['content-type']).toBe('image/svg+xml; charset=utf-8')
    expect(response.body).toContain('aria-label="e2e: gcp 50%: 80 % of 10 passed"')
  })

  it('says so where nothing was heard, and never takes that for green', async () => {
    const response = await app.inject('/badge/prow/a%2Fb/none.svg')
    expect(response.body).toContain('no result')
    expect(passBadge(0, 0)).toEqual(['no result', 'quiet'])
    expect(passBadge(19, 20)).toEqual(['95 % of 20 passed', 'good'])
    expect(passBadge(299, 300)[0]).toBe('99 % of 300 passed')
    expect(passBadge(1, 300)[0]).toBe('1 % of 300 passed')
    expect(passBadge(3, 3)[0]).toBe('100 % of 3 passed')
    expect(passBadge(0, 3)[0]).toBe('0 % of 3 passed')
  })

  it('escapes what a job is called', () => {
    expect(badge('<script>"', 'x', 'good')).not.toContain('<script>')
  })
})
