/** What is kept of an incident, and of those of a repository that are open. */

import type { Symptom } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import type { Cells } from '../processor.ts'

/** What holds an incident open; `by` is the incident that swallows it, empty where none does. */
export interface Member {
  readonly name: string
  readonly job: string
  readonly runId: string
  readonly attempt: number
  readonly saved: number
  by: string
}
export interface IncidentState {
  readonly rule: string
  readonly subject: string
  isOpen: boolean
  members: Member[]
  openedAt: number
  /** 0 before the first close. */
  closedAt: number
  /** Since when nothing holds it and it waits for its close; 0 while something does. */
  quietAt: number
  /** How what held it last was over. */
  verdict: string
  reopened: number
  held: number
  right: number
  wrong: number
  swallowed: number
  partOf: string
  /** Of the finding told last. Empty text: not known. */
  job: string
  runId: string
  attempt: number
  title: string
  signal: string
  pFail: number
  pFailLow: number
  head: string
  sha: string
  link: string
  owner: string
  ackedBy: string
  ackedAt: number
  mutedBy: string
  mutedUntil: number
}
/** Open incidents of a repository: who swallows whom is looked for here. */
export interface OpenIncident {
  readonly incident: string
  readonly rule: string
}

const text = (name: string): object => ({ name, type: 'string' })
const long = (name: string): object => ({ name, type: 'long' })
const MEMBER = {
  type: 'record',
  name: 'Member',
  fields: [
    ...['name', 'job', 'runId'].map(text),
    { name: 'attempt', type: 'int' },
    { name: 'saved', type: 'double' },
    text('by'),
  ],
}
export const INCIDENT_CELL = {
  type: 'record',
  name: 'IncidentState',
  fields: [
    ...['rule', 'subject'].map(text),
    { name: 'isOpen', type: 'boolean' },
    { name: 'members', type: { type: 'array', items: MEMBER } },
    ...['openedAt', 'closedAt', 'quietAt', 'reopened', 'held', 'right', 'wrong', 'swallowed'].map(
      long,
    ),
    ...['verdict', 'partOf', 'job', 'runId'].map(text),
    { name: 'attempt', type: 'int' },
    ...['title', 'signal'].map(text),
    { name: 'pFail', type: 'double' },
    { name: 'pFailLow', type: 'double' },
    ...['head', 'sha', 'link', 'owner', 'ackedBy'].map(text),
    long('ackedAt'),
    text('mutedBy'),
    long('mutedUntil'),
  ],
}
export const OPEN_CELL = {
  type: 'array',
  items: { type: 'record', name: 'OpenIncident', fields: [text('incident'), text('rule')] },
}
/** More hold no incident open: one that says 150 says enough. */
export const MOST_MEMBERS = 150

/** Key of the incident of a rule about a subject. Example: `run-likely-to-fail:prow:o/r:pull 17`. */
export const incidentKey = ({
  rule,
  source,
  repo,
  subject,
}: Pick<Symptom, 'rule' | 'source' | 'repo' | 'subject'>): string =>
  key(rule, source, repo, subject)
const cellOf = (incident: string): string => `incident/${incident}`

export const incidentOf = (cells: Cells, incident: string): IncidentState | undefined =>
  cells.get(cellOf(incident)) as IncidentState | undefined
export const putIncident = (cells: Cells, incident: string, state: IncidentState): void => {
  cells.put(cellOf(incident), state)
}
export const forgetIncident = (cells: Cells, incident: string): void => {
  cells.delete(cellOf(incident))
}
export const newIncident = ({ rule, subject }: Symptom): IncidentState => ({
  ...{ rule, subject, isOpen: false, members: [], openedAt: 0, closedAt: 0, reopened: 0 },
  ...{ quietAt: 0, verdict: '' },
  ...{ held: 0, right: 0, wrong: 0, swallowed: 0, partOf: '', job: '', runId: '', attempt: 0 },
  ...{ title: '', signal: '', pFail: 0, pFailLow: 0, head: '', sha: '', link: '', owner: '' },
  ...{ ackedBy: '', ackedAt: 0, mutedBy: '', mutedUntil: 0 },
})

const NONE_OPEN: readonly OpenIncident[] = []
export const openIncidents = (cells: Cells): readonly OpenIncident[] =>
  (cells.get('open') as OpenIncident[] | undefined) ?? NONE_OPEN
export const noteOpen = (cells: Cells, open: OpenIncident): void => {
  cells.put('open', [...openIncidents(cells), open])
}
export const noteClosed = (cells: Cells, incident: string): void => {
  const rest = openIncidents(cells).filter((each) => each.incident !== incident)
  if (rest.length === 0) cells.delete('open')
  else cells.put('open', rest)
}
/** Members that are not part of another incident. */
export const standing = ({ members }: IncidentState): Member[] =>
  members.filter(({ by }) => by === '')
