/** Repositories: which there are, and their KPIs. */

import { CodedError } from '../../runtime/errors.ts'
import type { Kpi } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import type { JobRow } from '../../schemas/views.ts'
import { integer, listOf, nullable, object, ref, text } from '../json-schema.ts'
import { allOf } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import {
  isDemo,
  JOB_PARAMS,
  JOB_QUERY,
  partsFilter,
  REPO_PARAMS,
  REPO_PATH,
  type RepoRef,
} from './params.ts'

/** Dimensions and windows of the KPIs of a repository. */
const DIMENSIONS = ['repo', 'pulls'] as const
const WINDOWS = ['now', '24h', '7d', '14d', '30d'] as const

const kpiOf = async (views: ViewStore, dimension: string, of: RepoRef, window: string) =>
  views.get('kpis', key(dimension, key(of.source, of.repo), window))

/** KPIs of a repository in every window told, as JSON. Throws `not-found` where there are none. */
export const toldOf = async (views: ViewStore, of: RepoRef): Promise<string[]> => {
  const asked = DIMENSIONS.flatMap((dimension) =>
    WINDOWS.map(async (window) => kpiOf(views, dimension, of, window)),
  )
  const found = (await Promise.all(asked)).filter((json) => json !== undefined)
  if (found.length === 0)
    throw new CodedError('not-found', `no KPI of ${of.source} ${of.repo} was told yet`)
  return found
}

const jobsOf = async (views: ViewStore, source?: string, repo?: string): Promise<JobRow[]> => {
  const fits = partsFilter([source, repo])
  const rows = await allOf(views, 'jobs', fits && ((row) => fits(row.key)))
  return rows.map(({ json }) => JSON.parse(json) as JobRow)
}

const repos = route<object, Partial<RepoRef>>({
  path: '/v1/repos',
  tag: 'kpis',
  summary: 'Repositories with their jobs and their week, the last heard first',
  query: { source: JOB_QUERY.source },
  data: listOf(
    object({
      source: JOB_PARAMS.source,
      repo: text('Repository.'),
      jobs: integer('Jobs heard of. Unit: jobs.'),
      lastHeardAt: integer('When one was last heard. Unit: milliseconds since the epoch, UTC.'),
      week: nullable(ref('Kpi')),
    }),
  ),
  handle: async ({ views }, _params, { source }) => {
    const byRepo = Map.groupBy(await jobsOf(views, source), (job) => key(job.source, job.repo))
    const found = await Promise.all(
      [...byRepo.values()].map(async (jobs) => {
        const of = { source: jobs[0]?.source ?? '', repo: jobs[0]?.repo ?? '' }
        const week = await kpiOf(views, 'repo', of, '7d')
        return {
          ...{ ...of, jobs: jobs.length, lastHeardAt: Math.max(...jobs.map((j) => j.lastHeardAt)) },
          week: week === undefined ? null : (JSON.parse(week) as Kpi),
        }
      }),
    )
    found.sort((a, b) => b.lastHeardAt - a.lastHeardAt)
    return { data: JSON.stringify(found), isSimulated: found.some(isDemo) }
  },
})

const kpis = route<RepoRef>({
  path: `${REPO_PATH}/kpis`,
  tag: 'kpis',
  summary: 'KPIs of a repository, of its runs and of its pull requests, in every window told',
  params: REPO_PARAMS,
  data: listOf(ref('Kpi')),
  handle: async ({ views }, params) => {
    const found = (await toldOf(views, params)).map((json) => ({ json }))
    return { data: jsonList(found), isSimulated: isDemo(params) }
  },
})

export const REPO_ROUTES = [repos, kpis]
