/** Alerts. */

import type { Incident } from '../../schemas/events.ts'
import { listOf, ref, text } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import { isDemo, type JobQuery, JOB_QUERY } from './params.ts'

interface IncidentsQuery extends PageQuery, JobQuery {
  readonly state?: 'open' | 'closed'
  readonly alert?: string
}
const incidentOf = (json: string): Incident => JSON.parse(json) as Incident

const keepOf = ({ state, alert, source, repo, job }: IncidentsQuery) => {
  if ([state, alert, source, repo, job].every((word) => word === undefined)) return undefined
  return ({ json }: { json: string }): boolean => {
    const incident = incidentOf(json)
    return (
      (state === undefined || (incident.state === 'closed') === (state === 'closed')) &&
      (alert === undefined || incident.alert === alert) &&
      (source === undefined || incident.source === source) &&
      (repo === undefined || incident.repo === repo) &&
      (job === undefined || incident.job === job)
    )
  }
}

const incidents = route<object, IncidentsQuery>({
  path: '/v1/incidents',
  tag: 'incidents',
  summary: 'Incidents as last told, the last changed first',
  query: {
    ...PAGE_QUERY,
    ...JOB_QUERY,
    state: {
      type: 'string',
      enum: ['open', 'closed'],
      description: 'open: not closed yet. Without it: all.',
    },
    alert: { ...text('Only incidents of this alert rule.'), maxLength: 200 },
  },
  data: listOf(ref('Incident')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const { rows, next } = await pageOf(views, 'incidents', query, { keep: keepOf(query) })
    const isSimulated = rows.some(({ json }) => isDemo(incidentOf(json)))
    return { data: jsonList(rows), isSimulated, next }
  },
})

export const INCIDENT_ROUTES = [incidents]
