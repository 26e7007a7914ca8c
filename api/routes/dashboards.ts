/** Repositories as dashboards, with their jobs as tabs: TestGrid's way to look at tests. */

import { CodedError } from '../../runtime/errors.ts'
import type { TestTab } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import { integer, listOf, object, recordWith, text } from '../json-schema.ts'
import { allOf, pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { route } from '../route.ts'
import { isDemo, isDemoKey, JOB_PARAMS, JOB_QUERY, partsFilter } from './params.ts'

const tabsOf = async (views: ViewStore, source: string | undefined): Promise<TestTab[]> => {
  const fits = partsFilter([source])
  const rows = await allOf(views, 'test-tabs', fits && ((row) => fits(row.key)))
  return rows.map(({ json }) => JSON.parse(json) as TestTab)
}

/** One dashboard from its tabs. */
const dashboardOf = (tabs: readonly TestTab[]) => {
  const sum = (of: (tab: TestTab) => number): number =>
    tabs.reduce((total, tab) => total + of(tab), 0)
  return {
    source: tabs[0]?.source ?? '',
    repo: tabs[0]?.repo ?? '',
    tabs: tabs.length,
    states: Object.fromEntries(
      [...Map.groupBy(tabs, ({ status }) => status)].map(([status, of]) => [status, of.length]),
    ),
    tests: sum((tab) => tab.tests),
    failing: sum((tab) => tab.failing),
    alerts: sum((tab) => tab.alerts),
    observedAt: Math.max(...tabs.map((tab) => tab.observedAt)),
  }
}

const dashboards = route<object, { readonly source?: string }>({
  path: '/v1/dashboards',
  tag: 'tests',
  summary: 'Repositories whose jobs have tests, those with the most open alerts first',
  query: { source: JOB_QUERY.source },
  data: listOf(
    object({
      source: JOB_PARAMS.source,
      repo: text('Repository.'),
      tabs: integer('Jobs that have tests. Unit: jobs.'),
      states: {
        type: 'object',
        additionalProperties: { type: 'integer' },
        description: "Jobs by TestGrid's state of their tab. Unit: jobs.",
      },
      tests: integer('Tests of these jobs. Unit: tests.'),
      failing: integer('Tests whose newest result failed. Unit: tests.'),
      alerts: integer('Tests with an open alert. Unit: tests.'),
      observedAt: integer('When the newest was told. Unit: milliseconds since the epoch, UTC.'),
    }),
  ),
  handle: async ({ views }, _params, { source }) => {
    const byRepo = Map.groupBy(await tabsOf(views, source), (tab) => key(tab.source, tab.repo))
    const found = [...byRepo.values()]
      .map(dashboardOf)
      .sort((a, b) => b.alerts - a.alerts || b.failing - a.failing || b.tests - a.tests)
    return { data: JSON.stringify(found), isSimulated: found.some(isDemo) }
  },
})

/** A tab without its columns: they belong to the grid. */
const headOf = (tab: TestTab): object =>
  Object.fromEntries(Object.entries(tab).filter(([field]) => field !== 'columns'))

interface Dashboard {
  readonly source: string
  readonly repo: string
}
const tabs = route<Dashboard, PageQuery>({
  path: '/v1/dashboards/:source/:repo/tabs',
  tag: 'tests',
  summary: 'Jobs of a repository that have tests, as tabs, the last told first',
  params: { source: JOB_PARAMS.source, repo: JOB_PARAMS.repo },
  query: PAGE_QUERY,
  data: listOf(recordWith('test-tab', (field) => field !== 'columns')),
  isPaged: true,
  handle: async ({ views }, { source, repo }, query) => {
    const fits = partsFilter([source, repo])
    const { rows, next } = await pageOf(views, 'test-tabs', query, {
      keep: (row) => fits?.(row.key) !== false,
    })
    if (rows.length === 0 && next === null && query.cursor === undefined)
      throw new CodedError('not-found', `no tests of ${source} ${repo} were heard`)
    const told = rows.map(({ json }) => headOf(JSON.parse(json) as TestTab))
    return { data: JSON.stringify(told), isSimulated: rows.some((r) => isDemoKey(r.key)), next }
  },
})

export const DASHBOARD_ROUTES = [dashboards, tabs]
