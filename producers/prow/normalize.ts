/** A ProwJob as deck and the bucket write it, to facts about its run. Queue, run and total time stay apart. */

import type { RunEvent, RunRef } from '../../schemas/events.ts'
import { labelsOf, runFact } from '../payload/facts.ts'
import { goSeconds } from '../payload/go-duration.ts'
import { noteFields, RefusedPayload, type Heard, type Note } from '../payload/heard.ts'
import { flagAt, jsonAt, jsonOf, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { changeOf, repoOf } from './change.ts'
import { SPEC_FIELDS, STATUS_FIELDS, TOP_FIELDS } from './fields.ts'
import { PROW_STATES } from './states.ts'

export interface ProwReading extends Heard {
  /** Null while a job waits that has no build id yet: it has no name that its bucket and its log would share. */
  readonly run: RunRef | null
  readonly isOpen: boolean
}
export interface ProwOptions {
  readonly source: string
  /** Pipeline time at which the payload was heard, in milliseconds. */
  readonly now: number
  /** Repository of jobs that name none. */
  readonly repo?: string
  /** Earlier runs of the same job for the same change. */
  readonly retests?: number
}

interface Span {
  readonly queuedAt: number
  readonly startedAt: number | null
  readonly completedAt: number | null
}

/** Instants of the job. Throws {@link RefusedPayload} where nothing says when it came to be. */
const spanOf = (job: Json, now: number, notes: Note[]): Span => {
  const times = timesOf(now, notes)
  const createdAt =
    times.iso(job, 'status', 'startTime') ?? times.iso(job, 'metadata', 'creationTimestamp')
  if (createdAt === null)
    throw new RefusedPayload('missing-field', 'status.startTime and creationTimestamp are missing')
  const pendingAt = times.iso(job, 'status', 'pendingTime')
  const completedAt = times.iso(job, 'status', 'completionTime')
  return {
    queuedAt: createdAt,
    startedAt: pendingAt === null ? null : Math.max(pendingAt, createdAt),
    completedAt: completedAt === null ? null : Math.max(completedAt, createdAt),
  }
}

const startLabels = (job: Json, retests: number): Record<string, string> => {
  const decoration = jsonAt(job, 'spec', 'decoration_config')
  return labelsOf({
    // By this name the job is asked for, and stopped.
    prowjob: textAt(job, 'metadata', 'name'),
    context: textAt(job, 'spec', 'context'),
    cluster: textAt(job, 'spec', 'cluster'),
    optional: textAt(job, 'metadata', 'labels', 'prow.k8s.io/is-optional'),
    timeout_seconds: goSeconds(textAt(decoration, 'timeout') ?? ''),
    grace_seconds: goSeconds(textAt(decoration, 'grace_period') ?? ''),
    retest: retests === 0 ? null : retests,
    hidden: flagAt(job, 'spec', 'hidden') === true ? true : null,
  })
}

/** Facts of one ProwJob. Throws {@link RefusedPayload} where a field without which nothing can be said is missing. */
export const readProwJob = (payload: unknown, options: ProwOptions): ProwReading => {
  const job = jsonOf(payload)
  const { now: observedAt, retests = 0 } = options
  const notes: Note[] = []
  noteFields(job, TOP_FIELDS, '', notes)
  noteFields(jsonAt(job, 'spec'), SPEC_FIELDS, 'spec.', notes)
  noteFields(jsonAt(job, 'status'), STATUS_FIELDS, 'status.', notes)
  const word = nameAt(job, 'status', 'state')
  const state = Object.hasOwn(PROW_STATES, word) ? PROW_STATES[word] : undefined
  if (state === undefined)
    notes.push({ oddity: 'unknown-word', detail: `status.state ${word.slice(0, 80)}` })
  const end = typeof state === 'object' ? state : null
  const name = nameAt(job, 'spec', 'job')
  const span = spanOf(job, observedAt, notes)
  const buildId =
    textAt(job, 'status', 'build_id') ??
    textAt(job, 'metadata', 'labels', 'prow.k8s.io/build-id') ??
    // Ended before it got a build id: it never will have one.
    (end === null ? null : nameAt(job, 'metadata', 'name'))
  if (buildId === null) return { facts: [], tests: [], notes, run: null, isOpen: true }

  const run = { source: options.source, repo: repoOf(job, options.repo), job: name, runId: buildId }
  const ref: RunRef = { ...run, attempt: 1 }
  const known = changeOf(job)
  const labels = startLabels(job, retests)
  if (state === undefined) labels['state'] = word.slice(0, 80)
  // Prow that tells no pendingTime makes the pod at once.
  const startedAt = span.startedAt ?? (state === 'running' ? span.queuedAt : null)
  const facts: RunEvent[] = [
    runFact(ref, 'queued', { eventAt: span.queuedAt, observedAt }, { ...known, labels }),
  ]
  if (startedAt !== null)
    facts.push(
      runFact(ref, 'started', { eventAt: startedAt, observedAt }, { ...known, startedAt, labels }),
    )
  if (end !== null) facts.push(endFact(job, ref, end.outcome, word, span, observedAt, known))
  return { facts, tests: [], notes, run: ref, isOpen: end === null }
}

/** The end, at its own time; an abort may tell none, and then ended, at the latest, when it was heard. */
const endFact = (
  job: Json,
  run: RunRef,
  outcome: RunEvent['outcome'],
  rawOutcome: string,
  { startedAt, completedAt }: Span,
  observedAt: number,
  known: Partial<RunEvent>,
): RunEvent => {
  const eventAt = completedAt ?? observedAt
  const labels = labelsOf({
    description: textAt(job, 'status', 'description'),
    pod_revivals: numberAt(job, 'status', 'pod_revival_count'),
  })
  const isStarted = startedAt !== null && startedAt <= eventAt
  return runFact(
    run,
    'finished',
    { eventAt, observedAt },
    { ...known, outcome, rawOutcome, startedAt: isStarted ? startedAt : null, labels },
    rawOutcome,
  )
}
