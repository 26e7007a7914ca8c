/** Jobs, and what is known of one. */

import { CodedError } from '../../runtime/errors.ts'
import type { JobRef } from '../../schemas/events.ts'
import { jobKey, key, keyParts } from '../../schemas/keys.ts'
import { viewOf } from '../../schemas/views.ts'
import type { ApiDeps } from '../deps.ts'
import { integer, listOf, nullable, object, recordWith, ref, text } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import { isDemo, isDemoKey, JOB_PARAMS, JOB_PATH, jobText } from './params.ts'

const JOB_ROW = object({
  source: text('Source.'),
  repo: text('Repository.'),
  job: text('Job name.'),
  lastHeardAt: integer(
    'When a run of it was last queued, started, ended or corrected. Unit: milliseconds since the epoch.',
  ),
})
const MARK_FIELDS = ['runId', 'attempt', 'phase', 'outcome', 'queuedAt', 'startedAt', 'finishedAt']
const RUN_MARK = recordWith('run', (field) => MARK_FIELDS.includes(field))

/** Windows a KPI record exists for, in the order they are answered. */
const WINDOWS = ['now', '24h', '7d', '14d', 'total'] as const

const jobRow = async ({ views }: ApiDeps, job: JobRef): Promise<string> => {
  const row = await views.get('jobs', jobKey(job))
  if (row === undefined) throw new CodedError('not-found', `no run of ${jobText(job)} was heard`)
  return row
}

const jobs = route<object, PageQuery & { source?: string; q?: string }>({
  path: '/v1/jobs',
  tag: 'jobs',
  summary: 'Every job heard of, the last heard first',
  query: {
    ...PAGE_QUERY,
    source: { ...text('Only this source.'), maxLength: 200 },
    q: { ...text('Only jobs whose source, repository or name holds this text.'), maxLength: 200 },
  },
  data: listOf(JOB_ROW),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const { source, q } = query
    const wanted = q?.toLowerCase()
    const keep = (rowKey: string): boolean => {
      const parts = keyParts(rowKey)
      return (
        (source === undefined || parts[0] === source) &&
        (wanted === undefined || parts.join(' ').toLowerCase().includes(wanted))
      )
    }
    const isFiltered = source !== undefined || q !== undefined
    const { rows, next } = await pageOf(views, 'jobs', query, {
      keep: isFiltered ? (row) => keep(row.key) : undefined,
    })
    return { data: jsonList(rows), isSimulated: rows.some((row) => isDemoKey(row.key)), next }
  },
})

const job = route<JobRef>({
  path: JOB_PATH,
  tag: 'jobs',
  summary: 'One job with its profile',
  params: JOB_PARAMS,
  data: object({ job: JOB_ROW, profile: nullable(ref('JobProfile')) }),
  handle: async (deps, params) => {
    const row = await jobRow(deps, params)
    const profile = (await deps.views.get('profiles', jobKey(params))) ?? 'null'
    return { data: `{"job":${row},"profile":${profile}}`, isSimulated: isDemo(params) }
  },
})

const kpis = route<JobRef>({
  path: `${JOB_PATH}/kpis`,
  tag: 'jobs',
  summary: 'Current KPIs of a job, one record per window',
  params: JOB_PARAMS,
  data: listOf(ref('Kpi')),
  handle: async (deps, params) => {
    await jobRow(deps, params)
    const all = await Promise.all(
      WINDOWS.map(async (window) => deps.views.get('kpis', key('job', jobKey(params), window))),
    )
    const found = all.flatMap((json) => (json === undefined ? [] : [{ json }]))
    return { data: jsonList(found), isSimulated: isDemo(params) }
  },
})

const pace = route<JobRef>({
  path: `${JOB_PATH}/pace`,
  tag: 'jobs',
  summary:
    'How long the steps and tests of a job take, by outcome: which is past the point where it still passes',
  params: JOB_PARAMS,
  description:
    'Those past that point first. Told within the hour after one of them ended; null before. Survival and the density baseline are of each part by itself.',
  data: nullable(ref('Pace')),
  handle: async (deps, params) => {
    await jobRow(deps, params)
    const data = (await deps.views.get('paces', jobKey(params))) ?? 'null'
    return { data, isSimulated: isDemo(params) }
  },
})

const history = route<JobRef, PageQuery & { window: string }>({
  path: `${JOB_PATH}/history`,
  tag: 'jobs',
  summary: 'KPIs of a job at the ends of panes, newest first',
  params: JOB_PARAMS,
  query: {
    ...PAGE_QUERY,
    window: { type: 'string', enum: WINDOWS, default: '24h', description: 'Window of the KPIs.' },
  },
  data: listOf(ref('Kpi')),
  isPaged: true,
  handle: async (deps, params, query) => {
    await jobRow(deps, params)
    const view = viewOf('kpi-history', key('job', jobKey(params), query.window))
    const { rows, next } = await pageOf(deps.views, view, query)
    return { data: jsonList(rows), isSimulated: isDemo(params), next }
  },
})

const survival = route<JobRef>({
  path: `${JOB_PATH}/survival`,
  tag: 'jobs',
  summary: 'How the runs of a job last and end: survival by outcome, densities, stopping points',
  params: JOB_PARAMS,
  description: 'null before a run of the job has ended.',
  data: nullable(ref('JobProfile')),
  handle: async (deps, params) => {
    await jobRow(deps, params)
    const data = (await deps.views.get('profiles', jobKey(params))) ?? 'null'
    return { data, isSimulated: isDemo(params) }
  },
})

const runs = route<JobRef, PageQuery>({
  path: `${JOB_PATH}/runs`,
  tag: 'jobs',
  summary: 'Runs of a job as marks of a pass strip, newest first',
  params: JOB_PARAMS,
  query: PAGE_QUERY,
  data: listOf(RUN_MARK),
  isPaged: true,
  handle: async (deps, params, query) => {
    await jobRow(deps, params)
    const { rows, next } = await pageOf(deps.views, viewOf('job-runs', jobKey(params)), query)
    return { data: jsonList(rows), isSimulated: isDemo(params), next }
  },
})

export const JOB_ROUTES = [jobs, job, kpis, history, survival, pace, runs]
