/** KPIs of any subject. */

import { CodedError } from '../../runtime/errors.ts'
import type { Kpi } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { SLICE_DIMENSIONS } from '../../schemas/slices.ts'
import { viewOf } from '../../schemas/views.ts'
import { listOf, ref, text } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import { partsFilter } from './params.ts'

const DIMENSIONS = [
  ...(['job', 'repo', 'community', 'source', 'tests', 'pulls', 'peers'] as const),
  ...SLICE_DIMENSIONS,
]
const SUBJECT_QUERY = {
  dimension: { type: 'string', enum: DIMENSIONS, description: 'Kind of subject.' },
  subject: {
    ...text(
      'Key of the subject: source:repo:job, source:repo, source, or source:cluster (peers); of a label its value after source:repo (family, branch) or source. Parts escape : as %3A.',
    ),
    maxLength: 1_000,
  },
}
const WINDOW = { ...text('Window: now, 24h, 7d, 14d or 30d.'), maxLength: 20 }
interface SubjectQuery {
  readonly dimension?: string
  readonly subject?: string
  readonly window?: string
}

/** Tells whether a key dimension:subject:window passes; undefined where all do. */
const subjectFilter = ({ dimension, subject, window }: SubjectQuery) => {
  const fits = partsFilter([dimension, subject, window])
  return fits && ((row: { readonly key: string }): boolean => fits(row.key))
}

const isSimulatedSubject = (row: { readonly json: string }): boolean =>
  (JSON.parse(row.json) as Pick<Kpi, 'simulated'>).simulated

const kpis = route<object, PageQuery & SubjectQuery>({
  path: '/v1/kpis',
  tag: 'kpis',
  summary:
    'Current KPIs, one record per subject and window: communities, repositories, labels, jobs',
  query: { ...PAGE_QUERY, ...SUBJECT_QUERY, window: WINDOW },
  data: listOf(ref('Kpi')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const { dimension, subject, window } = query
    if (dimension !== undefined && subject !== undefined && window !== undefined) {
      const json = await views.get('kpis', key(dimension, subject, window))
      const found = json === undefined ? [] : [{ json }]
      return { data: jsonList(found), isSimulated: found.some(isSimulatedSubject) }
    }
    const { rows, next } = await pageOf(views, 'kpis', query, { keep: subjectFilter(query) })
    return { data: jsonList(rows), isSimulated: rows.some(isSimulatedSubject), next }
  },
})

const history = route<object, PageQuery & SubjectQuery>({
  path: '/v1/kpis/history',
  tag: 'kpis',
  summary: 'KPIs of one subject at the ends of panes, newest first',
  description: 'dimension, subject and window are all needed.',
  query: { ...PAGE_QUERY, ...SUBJECT_QUERY, window: WINDOW },
  data: listOf(ref('Kpi')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const { dimension, subject, window } = query
    if (dimension === undefined || subject === undefined || window === undefined)
      throw new CodedError('invalid-parameter', 'dimension, subject and window are all needed')
    const view = viewOf('kpi-history', key(dimension, subject, window))
    const { rows, next } = await pageOf(views, view, query)
    return { data: jsonList(rows), isSimulated: rows.some(isSimulatedSubject), next }
  },
})

export const KPI_ROUTES = [kpis, history]
