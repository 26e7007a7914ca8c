/** One incident per source that cannot be heard: where it does not accept its credentials at once, else when it is stale. */

import type { Incident, SourceState } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf } from '../../schemas/keys.ts'
import { drop, emit, type Effect, type Processor } from '../processor.ts'

const ALERT = 'source-unheard'
/** Reasons that nobody but people can mend: waiting helps nothing. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['unauthorised', 'forbidden-host', 'internal'])

interface Open {
  readonly title: string
  readonly sinceAt: number
}
const CELL = {
  type: 'record',
  name: 'OpenSource',
  fields: [
    { name: 'title', type: 'string' },
    { name: 'sinceAt', type: 'long' },
  ],
}
const CELL_NAME = 'unheard'
const MINUTE_MS = 60_000

const isRaised = ({ state, reason }: SourceState, isOpen: boolean): boolean =>
  state === 'stale' || (state === 'failing' && (isOpen || FOR_PEOPLE.has(reason ?? '')))

const titleOf = ({ source, reason, detail }: SourceState): string =>
  `${source} cannot be heard: ${reason ?? 'unknown'}${detail === null ? '' : `, ${detail}`}`

const incidentOf = (
  told: SourceState,
  state: Incident['state'],
  { title, sinceAt }: Open,
  now: number,
): Incident => ({
  eventId: derivedId(told.eventId, `incident/${ALERT}`),
  eventAt: told.eventAt,
  observedAt: now,
  source: told.source,
  // It is about no run.
  ...{ repo: '', job: '', runId: '', attempt: 0 },
  incident: keyOf(ALERT, told.source),
  alert: ALERT,
  state,
  severity: 'critical',
  title,
  ...{ pFail: 0, pFailLow: 0, expectedSavedSeconds: 0 },
  verdict:
    state === 'closed'
      ? `heard again after ${Math.round((told.eventAt - sinceAt) / MINUTE_MS)} minutes`
      : null,
})

export const sourceAlerts: Processor = {
  name: 'source-alerts',
  inputs: ['ci.source-states.v1'],
  outputs: ['ci.incidents.v1'],
  cells: { [CELL_NAME]: CELL },
  step: (cells, _key, input, now): Effect[] => {
    if (input.kind === 'timer') return []
    const told = input.record as SourceState
    const open = cells.get(CELL_NAME) as Open | undefined
    if (!isRaised(told, open !== undefined)) {
      if (open === undefined) return [drop('no-use')]
      cells.delete(CELL_NAME)
      return [emit('ci.incidents.v1', incidentOf(told, 'closed', open, now))]
    }
    const next = { title: titleOf(told), sinceAt: open?.sinceAt ?? told.heardAt ?? told.eventAt }
    if (open?.title === next.title) return [drop('no-use')]
    cells.put(CELL_NAME, next)
    return [
      emit('ci.incidents.v1', incidentOf(told, open === undefined ? 'open' : 'update', next, now)),
    ]
  },
}
