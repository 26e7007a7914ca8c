/** Says when stops of a job are only advised, since its forecasts or stops have left their bounds, and when they are back. */

import type { Incident, Score } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { jobKey, key as keyOf } from '../../schemas/keys.ts'
import { emit, type Cells, type Effect } from '../processor.ts'

export const HELD_CELL = {
  type: 'record',
  name: 'HeldBack',
  fields: [{ name: 'reason', type: 'string' }],
}
const ALERT = 'stops-held-back'

/** One incident per job: open while something holds its stops back, updated when that is something else. */
export const onGuard = (cells: Cells, score: Score, now: number): Effect[] => {
  const reason = (cells.get('held') as { reason: string } | undefined)?.reason ?? null
  if (score.guard === reason) return []
  if (score.guard === null) cells.delete('held')
  else cells.put('held', { reason: score.guard })
  const state = score.guard === null ? 'closed' : reason === null ? 'open' : 'update'
  return [emit('ci.incidents.v1', incidentOf(score, state, score.guard ?? reason ?? '', now))]
}

const incidentOf = (
  score: Score,
  state: Incident['state'],
  reason: string,
  now: number,
): Incident => {
  const pFail = score.checkpoints.at(-1)?.pFail ?? 0
  return {
    eventId: derivedId(score.eventId, `incident/${ALERT}`),
    eventAt: score.eventAt,
    observedAt: now,
    source: score.source,
    repo: score.repo,
    job: score.job,
    runId: score.runId,
    attempt: score.attempt,
    incident: keyOf(ALERT, jobKey(score)),
    alert: ALERT,
    state,
    severity: 'info',
    title: `${score.job}: stops are only advised; ${reason}`,
    pFail,
    pFailLow: pFail,
    expectedSavedSeconds: 0,
    verdict: state === 'closed' ? 'forecasts and stops of the job are within their bounds' : null,
  }
}
