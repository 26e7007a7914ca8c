/** The record of an incident as it stands. */

import type { Incident, IncidentState as State } from '../../schemas/events.ts'
import { ownerOf } from '../../schemas/glob.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, type Effect } from '../processor.ts'
import type { Occasion } from './held.ts'
import { standing, type IncidentState } from './incident-state.ts'
import type { Settings } from './settings.ts'

const SHOWN = 20
const orNull = (text: string): string | null => (text === '' ? null : text)
const timeOrNull = (at: number): number | null => (at === 0 ? null : at)

const more = (state: IncidentState, holding: number): string => {
  if (holding < 2) return ''
  const jobs = new Set(standing(state).map(({ job }) => job)).size
  return jobs > 1 ? ` (and ${holding - 1} more, ${jobs} jobs in all)` : ` (and ${holding - 1} more)`
}

/** Says an incident: as it stands now, and as a step of its history. */
export const said = (
  incident: string,
  state: IncidentState,
  told: State,
  verdict: string | null,
  { causeId, eventAt, now, ref }: Occasion,
  settings: Settings,
): Effect[] => {
  // The end of one whose rule is switched off goes to whom it was told.
  const rule = settings.known.get(state.rule)
  const members = standing(state)
  const { source, repo } = ref
  const { job, runId, attempt } = told === 'closed' && ref.job !== '' ? ref : state
  const owner =
    rule?.owner ?? orNull(state.owner) ?? ownerOf(settings.owners, { source, repo, job: state.job })
  const record: Incident = {
    eventId: derivedId(causeId, `incident/${incident}/${told}`),
    eventAt,
    observedAt: now,
    ...{ source, repo, job, runId, attempt, incident },
    alert: state.rule,
    state: told,
    severity: rule?.severity ?? 'info',
    title: `${state.title}${more(state, members.length)}`,
    pFail: state.pFail,
    pFailLow: state.pFailLow,
    expectedSavedSeconds: members.reduce((sum, { saved }) => sum + saved, 0),
    verdict,
    subject: state.subject,
    signal: state.signal,
    advice: rule?.row.advice ?? '',
    owner,
    link: orNull(state.link),
    runbook: rule?.runbook ?? null,
    head: orNull(state.head),
    sha: orNull(state.sha),
    members: members.slice(0, SHOWN).map(({ name }) => name),
    holding: members.length,
    held: state.held,
    right: state.right,
    wrong: state.wrong,
    openedAt: timeOrNull(state.openedAt),
    reopened: state.reopened,
    swallowed: state.swallowed,
    partOf: orNull(state.partOf),
    isDigest: rule?.row.isDigest ?? false,
    ackedBy: orNull(state.ackedBy),
    ackedAt: timeOrNull(state.ackedAt),
    mutedUntil: timeOrNull(state.mutedUntil),
    mutedBy: orNull(state.mutedBy),
  }
  return [
    emit('ci.incidents.v1', record),
    emit('ci.incident-steps.v1', { ...record, eventId: `${record.eventId}/history` }),
  ]
}
