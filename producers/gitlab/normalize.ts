/** Jobs and pipelines of GitLab to facts. Durations are in seconds, times are ISO 8601. */

import type { RunEvent, RunRef } from '../../schemas/events.ts'
import { labelsOf, runFact } from '../payload/facts.ts'
import { noteFields, RefusedPayload, type Heard, type Note } from '../payload/heard.ts'
import { flagAt, jsonAt, jsonOf, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { JOB_FIELDS, PIPELINE_FIELDS } from './fields.ts'
import { endOf, phaseOf } from './statuses.ts'

export interface GitlabOptions {
  readonly source: string
  /** Path of the project, as in `group/project`. */
  readonly repo: string
  readonly now: number
}
export interface GitlabReading extends Heard {
  readonly isOpen: boolean
}

/** `refs/merge-requests/7/head` is of merge request 7. */
const MERGE_REQUEST = /^refs\/merge-requests\/(\d{1,9})\//

interface Span {
  readonly queuedAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

/** When it was queued is told by the time it spent there; before that is told, by its creation. */
const spanOf = (json: Json, now: number, notes: Note[]): Span => {
  const times = timesOf(now, notes)
  const createdAt = times.iso(json, 'created_at')
  if (createdAt === null) throw new RefusedPayload('missing-field', 'created_at is missing')
  const startedAt = times.iso(json, 'started_at')
  const finishedAt = times.iso(json, 'finished_at')
  const queuedSeconds = numberAt(json, 'queued_duration')
  const left = startedAt ?? finishedAt ?? now
  const queuedAt =
    queuedSeconds === null || queuedSeconds < 0
      ? createdAt
      : Math.max(createdAt, Math.round(left - queuedSeconds * 1000))
  return { queuedAt, startedAt, finishedAt }
}

const factsOf = (
  run: RunRef,
  json: Json,
  known: Partial<RunEvent>,
  { now: observedAt }: GitlabOptions,
  notes: Note[],
): GitlabReading => {
  const word = nameAt(json, 'status')
  const reason = textAt(json, 'failure_reason')
  const phase = phaseOf(word)
  const { queuedAt, startedAt, finishedAt } = spanOf(json, observedAt, notes)
  if (phase === null) notes.push({ oddity: 'unknown-word', detail: `status ${word.slice(0, 80)}` })
  const facts: RunEvent[] = []
  if (phase !== 'held') facts.push(runFact(run, 'queued', { eventAt: queuedAt, observedAt }, known))
  const isStarted = startedAt !== null && (phase === 'running' || phase === 'ended')
  if (isStarted) {
    const runner = textAt(json, 'runner', 'description')
    const labels = { ...known.labels, ...labelsOf({ runner }) }
    const more = { ...known, startedAt, labels }
    facts.push(runFact(run, 'started', { eventAt: startedAt, observedAt }, more))
  }
  if (phase === 'ended') {
    const eventAt = Math.max(finishedAt ?? observedAt, startedAt ?? 0)
    const end = { ...known, ...endOf(word, reason, isStarted), startedAt }
    const labels = labelsOf({ failure_reason: reason, coverage: textAt(json, 'coverage') })
    facts.push(
      runFact(run, 'finished', { eventAt, observedAt }, { ...end, labels }, end.rawOutcome),
    )
  }
  return { facts, tests: [], notes, isOpen: phase !== 'ended' }
}

const pullOf = (ref: string | null): number | null => {
  const number = MERGE_REQUEST.exec(ref ?? '')?.[1]
  return number === undefined ? null : Number(number)
}

/** A job: one run. Throws {@link RefusedPayload}. */
export const readJob = (payload: unknown, options: GitlabOptions): GitlabReading => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, JOB_FIELDS, '', notes)
  const { source, repo } = options
  const run = { source, repo, job: nameAt(json, 'name'), runId: nameAt(json, 'id'), attempt: 1 }
  const pipeline = jsonAt(json, 'pipeline')
  const ref = textAt(json, 'ref')
  const known = {
    group: numberAt(pipeline, 'id') === null ? null : nameAt(pipeline, 'id'),
    branch: ref,
    sha: textAt(json, 'commit', 'id') ?? textAt(pipeline, 'sha'),
    pull: pullOf(ref),
    trigger: textAt(pipeline, 'source'),
    labels: labelsOf({
      stage: textAt(json, 'stage'),
      optional: flagAt(json, 'allow_failure') === true ? true : null,
      tag: flagAt(json, 'tag') === true ? true : null,
    }),
  }
  return factsOf(run, json, known, options, notes)
}

/** Name of the job whose runs are the pipelines of a project. */
const PIPELINE = 'pipeline'

/** A pipeline as one run: the view from outside, for projects whose jobs are not read. Throws {@link RefusedPayload}. */
export const readPipeline = (payload: unknown, options: GitlabOptions): GitlabReading => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, PIPELINE_FIELDS, '', notes)
  const { source, repo } = options
  const run = { source, repo, job: PIPELINE, runId: nameAt(json, 'id'), attempt: 1 }
  const ref = textAt(json, 'ref')
  const known = {
    group: run.runId,
    branch: ref,
    sha: textAt(json, 'sha'),
    pull: pullOf(ref),
    trigger: textAt(json, 'source'),
    labels: labelsOf({ pipeline: textAt(json, 'name') }),
  }
  return factsOf(run, json, known, options, notes)
}
