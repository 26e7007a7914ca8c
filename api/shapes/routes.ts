/** Answers in the shapes of other systems, without our envelope: their clients know no other. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../../runtime/errors.ts'
import type { Kpi, TestState, TestTab } from '../../schemas/events.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import type { ViewRow } from '../../runtime/ports.ts'
import type { ApiDeps } from '../deps.ts'
import { text } from '../json-schema.ts'
import { allOf } from '../paging.ts'
import { sendProblem } from '../problem.ts'
import { sheetsOf } from '../routes/tests.ts'
import { badge, passBadge } from './badge.ts'
import { sippyJob, sippyTest } from './sippy.ts'
import { summaryOf, tableOf } from './testgrid.ts'

const isOf = (row: ViewRow, dashboard: string): boolean => {
  const [source = '', repo = ''] = keyParts(row.key)
  return key(source, repo) === dashboard
}

const summary = async ({ views }: ApiDeps, { dashboard = '' }: Params): Promise<unknown> => {
  const ofDashboard = (row: ViewRow): boolean => isOf(row, dashboard)
  const tabs = (await allOf(views, 'test-tabs', ofDashboard)).map(
    ({ json }) => JSON.parse(json) as TestTab,
  )
  if (tabs.length === 0)
    throw new CodedError(
      'not-found',
      `no tests of ${dashboard} were heard: a dashboard is source:repo`,
    )
  const failing = (await allOf(views, 'tests', ofDashboard))
    .map(({ json }) => JSON.parse(json) as TestState)
    .filter(({ isAlert }) => isAlert)
  return Object.fromEntries(
    tabs.map((tab) => [
      tab.job,
      summaryOf(
        tab,
        failing.filter(({ job }) => job === tab.job),
      ),
    ]),
  )
}

const table = async (
  { views }: ApiDeps,
  { dashboard = '' }: Params,
  { tab = '' }: Query,
): Promise<unknown> => {
  if (tab === '') throw new CodedError('invalid-parameter', 'tab is needed: it is a job')
  const [source = '', repo = ''] = keyParts(dashboard)
  const ref = { source, repo, job: tab }
  const json = await views.get('test-tabs', key(source, repo, tab))
  if (json === undefined)
    throw new CodedError(
      'not-found',
      `no tests of ${tab} in ${dashboard} were heard: a tab is a job`,
    )
  const head = JSON.parse(json) as TestTab
  return tableOf(head, await sheetsOf(views, ref, head.sheets))
}

const jobs = async ({ views }: ApiDeps): Promise<unknown> => {
  const isWeek = ({ key: of }: ViewRow): boolean => of.startsWith('job:') && of.endsWith(':7d')
  const weeks = (await allOf(views, 'kpis', isWeek)).map(({ json }) => JSON.parse(json) as Kpi)
  return Promise.all(
    weeks.map(async (week) => {
      const fortnight = await views.get('kpis', key('job', week.subject, '14d'))
      return sippyJob(week, fortnight === undefined ? undefined : (JSON.parse(fortnight) as Kpi))
    }),
  )
}

const tests = async ({ views }: ApiDeps): Promise<unknown> =>
  (await allOf(views, 'tests')).map(({ json }) => sippyTest(JSON.parse(json) as TestState))

const badgeOf = async (
  { views }: ApiDeps,
  { source = '', repo = '', job = '' }: Params,
): Promise<string> => {
  const json = await views.get('kpis', key('job', key(source, repo, job), '7d'))
  const values = json === undefined ? [] : (JSON.parse(json) as Kpi).values
  const rate = values.find(({ kpi }) => kpi === 'run_pass_rate')
  const [words, tone] = passBadge(rate?.numerator ?? 0, rate?.denominator ?? 0)
  return badge(job, source === 'demo' ? `simulated: ${words}` : words, tone)
}

type Params = Readonly<Record<string, string>>
type Query = Readonly<Record<string, string>>
interface Shape {
  readonly path: string
  readonly summary: string
  readonly query?: Readonly<Record<string, object>>
  readonly contentType?: string
  make(deps: ApiDeps, params: Params, query: Query): Promise<unknown>
}
export const SHAPES: readonly Shape[] = [
  {
    path: '/testgrid/:dashboard/summary',
    summary: 'Tabs of a repository as TestGrid tells them',
    make: summary,
  },
  {
    path: '/testgrid/:dashboard/table',
    summary: 'Tests of a job as TestGrid tells them',
    query: { tab: { ...text('Job.'), maxLength: 1_000 } },
    make: table,
  },
  { path: '/api/jobs', summary: 'Jobs as Sippy tells them', make: jobs },
  { path: '/api/tests', summary: 'Tests as Sippy tells them, the worst first', make: tests },
  {
    path: '/badge/:source/:repo/:job.svg',
    summary: 'Pass rate of a job over 7 days as a picture',
    contentType: 'image/svg+xml; charset=utf-8',
    make: badgeOf,
  },
]

/** Puts the shapes of others on the app. Unknown parameters of a query are passed by: their clients send many. */
export const addShapes = (app: FastifyInstance, deps: ApiDeps): void => {
  for (const shape of SHAPES) {
    const schema = {
      tags: ['shapes of others'],
      summary: shape.summary,
      querystring: { type: 'object', properties: shape.query ?? {} },
    }
    app.get(shape.path, { schema }, async (request: FastifyRequest, reply: FastifyReply) => {
      const { outage, now } = deps.time()
      if (outage !== undefined) return sendProblem(request, reply, 'views-behind', outage)
      const made = await shape.make(deps, request.params as Params, request.query as Query)
      return reply
        .headers({ 'cache-control': 'no-cache', 'stopline-as-of': now })
        .type(shape.contentType ?? 'application/json; charset=utf-8')
        .send(shape.contentType === undefined ? JSON.stringify(made) : made)
    })
  }
}
