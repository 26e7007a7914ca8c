/** Alerts: the inbox, one incident, and what became of it step by step. */

import { CodedError } from '../../runtime/errors.ts'
import type { Incident } from '../../schemas/events.ts'
import { viewOf } from '../../schemas/views.ts'
import { flag, listOf, ref, text } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import { isDemo, type JobQuery, JOB_QUERY } from './params.ts'

interface IncidentsQuery extends PageQuery, JobQuery {
  readonly state?: 'open' | 'closed'
  readonly alert?: string
  readonly severity?: string
  readonly owner?: string
  readonly q?: string
  readonly acked?: boolean
  readonly muted?: boolean
}
const incidentOf = (json: string): Incident => JSON.parse(json) as Incident

/** Text that words are looked for in. */
const wordsOf = (incident: Incident): string =>
  [
    ...[incident.title, incident.signal, incident.alert, incident.subject, incident.owner ?? ''],
    ...[incident.source, incident.repo, incident.job, incident.runId, ...incident.members],
  ]
    .join(' ')
    .toLowerCase()

/** Tests of the fields of a query that are given; a row passes where it passes all. */
const testsOf = (query: IncidentsQuery, now: number): ((incident: Incident) => boolean)[] => {
  const tests: ((incident: Incident) => boolean)[] = []
  for (const field of ['alert', 'severity', 'owner', 'source', 'repo', 'job'] as const) {
    const wanted = query[field]
    if (wanted !== undefined) tests.push((incident) => incident[field] === wanted)
  }
  const { state, acked, muted } = query
  if (state !== undefined)
    tests.push((incident) => (incident.state === 'closed') === (state === 'closed'))
  if (acked !== undefined) tests.push(({ ackedBy }) => (ackedBy !== null) === acked)
  if (muted !== undefined) tests.push(({ mutedUntil }) => (mutedUntil ?? 0) > now === muted)
  const words = query.q?.trim().toLowerCase() ?? ''
  if (words !== '') tests.push((incident) => wordsOf(incident).includes(words))
  return tests
}

const keepOf = (query: IncidentsQuery, now: number) => {
  const tests = testsOf(query, now)
  if (tests.length === 0) return undefined
  return ({ json }: { json: string }): boolean => {
    const incident = incidentOf(json)
    return tests.every((passes) => passes(incident))
  }
}

const word = (description: string) => ({ ...text(description), maxLength: 200 })

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
    alert: word('Only incidents of this alert rule.'),
    severity: {
      type: 'string',
      enum: ['info', 'warning', 'critical'],
      description: 'Only of this severity.',
    },
    owner: word('Only those of this owner.'),
    q: word('Words in title, signal, rule, subject, owner, job, run or members.'),
    acked: flag('Only those that somebody has taken; false: that nobody has.'),
    muted: flag('Only those that are muted; false: that are not.'),
  },
  data: listOf(ref('Incident')),
  isPaged: true,
  handle: async ({ views, time }, _params, query) => {
    const keep = keepOf(query, time().now)
    const { rows, next } = await pageOf(views, 'incidents', query, { keep })
    const isSimulated = rows.some(({ json }) => isDemo(incidentOf(json)))
    return { data: jsonList(rows), isSimulated, next }
  },
})

interface IncidentParams {
  readonly incident: string
}
const INCIDENT_PATH = '/v1/incidents/:incident'
const INCIDENT_PARAMS = { incident: word('Incident key, percent-encoded.') }
const NOT_THERE = new CodedError('not-found', 'there is no such incident')

const incident = route<IncidentParams>({
  path: INCIDENT_PATH,
  tag: 'incidents',
  summary: 'One incident as last told',
  params: { incident: { ...INCIDENT_PARAMS.incident, maxLength: 1_000 } },
  data: ref('Incident'),
  handle: async ({ views }, params) => {
    const json = await views.get('incidents', params.incident)
    if (json === undefined) throw NOT_THERE
    return { data: json, isSimulated: isDemo(incidentOf(json)) }
  },
})

const history = route<IncidentParams, PageQuery>({
  path: `${INCIDENT_PATH}/history`,
  tag: 'incidents',
  summary: 'Every record of an incident, the newest first: opened, changed, taken, muted, closed',
  description: 'Each names the run that it was about. Kept for 90 days.',
  params: { incident: { ...INCIDENT_PARAMS.incident, maxLength: 1_000 } },
  query: PAGE_QUERY,
  data: listOf(ref('Incident')),
  isPaged: true,
  handle: async ({ views }, params, query) => {
    const { rows, next } = await pageOf(views, viewOf('incident-history', params.incident), query)
    if (rows.length === 0 && (await views.get('incidents', params.incident)) === undefined)
      throw NOT_THERE
    const isSimulated = rows.some(({ json }) => isDemo(incidentOf(json)))
    return { data: jsonList(rows), isSimulated, next }
  },
})

export const INCIDENT_ROUTES = [incidents, incident, history]
