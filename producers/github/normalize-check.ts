/** Checks that other services set on a commit: runs of their own. Those of GitHub's own jobs are told by the jobs. */

import type { RunRef } from '../../schemas/events.ts'
import { labelsOf, runFact } from '../payload/facts.ts'
import { noteFields, type Heard, type Note } from '../payload/heard.ts'
import { jsonAt, jsonOf, jsonsAt, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { CHECK_FIELDS } from './fields.ts'
import type { PullOptions } from './normalize-pull.ts'
import { outcomeOf, phaseOf } from './words.ts'

const OWN_APP = 'github-actions'

const knownOf = (json: Json) => {
  const pull = jsonsAt(json, 'pull_requests')[0]
  return {
    group: textAt(json, 'check_suite', 'id') ?? null,
    branch: textAt(json, 'check_suite', 'head_branch'),
    sha: textAt(json, 'head_sha'),
    pull: pull === undefined ? null : numberAt(pull, 'number'),
    trigger: 'check_run',
  }
}

/** A check. Throws a RefusedPayload. */
export const readCheck = (payload: unknown, { source, repo, now }: PullOptions): Heard => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, CHECK_FIELDS, '', notes)
  const app = jsonAt(json, 'app')
  const name = textAt(app, 'slug') ?? textAt(app, 'name') ?? 'check'
  const job = `${name} / ${nameAt(json, 'name')}`
  const run: RunRef = { source, repo, job, runId: nameAt(json, 'id'), attempt: 1 }
  const status = nameAt(json, 'status')
  const word = textAt(json, 'conclusion')
  const phase = phaseOf(status)
  const outcome = word === null ? null : outcomeOf(word)
  if (phase === null)
    notes.push({ oddity: 'unknown-word', detail: `status ${status.slice(0, 80)}` })
  if (word !== null && outcome === null)
    notes.push({ oddity: 'unknown-word', detail: `conclusion ${word.slice(0, 80)}` })
  if (name === OWN_APP) return { facts: [], tests: [], notes }
  const times = timesOf(now, notes)
  const startedAt = times.iso(json, 'started_at')
  const known = { ...knownOf(json), labels: labelsOf({ app: name }) }
  const facts = [runFact(run, 'queued', { eventAt: startedAt ?? now, observedAt: now }, known)]
  if (startedAt !== null && (phase === 'running' || phase === 'ended'))
    facts.push(
      runFact(run, 'started', { eventAt: startedAt, observedAt: now }, { ...known, startedAt }),
    )
  if (phase === 'ended' && outcome !== null) {
    const eventAt = Math.max(times.iso(json, 'completed_at') ?? now, startedAt ?? 0)
    const end = { ...known, startedAt, outcome, rawOutcome: word }
    facts.push(runFact(run, 'finished', { eventAt, observedAt: now }, end, word ?? ''))
  }
  return { facts, tests: [], notes }
}
