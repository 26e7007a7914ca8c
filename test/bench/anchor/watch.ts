/**
 * What the peer does, as a processor of ours: of each job its last outcomes, a histogram of its durations and its running
 * runs; one decision for each start, one profile for each end.
 */

import {
  emit,
  type Cells,
  type Effect,
  type Input,
  type Processor,
} from '../../../processors/processor.ts'
import type { Decision, JobProfile, RunEvent } from '../../../schemas/events.ts'
import { derivedId } from '../../../schemas/ids.ts'

const LAST = 20
const BUCKETS = 64
const GROWTH = 1.25

interface Job {
  /** True for a failure; the newest is at `seen - 1`, all modulo 20. */
  readonly failed: boolean[]
  seen: number
  readonly durations: number[]
  readonly running: Record<string, number>
}
const CELL = {
  type: 'record',
  name: 'AnchorJob',
  fields: [
    { name: 'failed', type: { type: 'array', items: 'boolean' } },
    { name: 'seen', type: 'int' },
    { name: 'durations', type: { type: 'array', items: 'int' } },
    { name: 'running', type: { type: 'map', values: 'long' } },
  ],
}

const emptyJob = (): Job => ({
  failed: [],
  seen: 0,
  durations: Array.from({ length: BUCKETS }, () => 0),
  running: {},
})

/** Bucket i holds durations around 1 s · 1.25^i. Example: 10 s lies in bucket 10. */
const bucketOf = (ms: number): number =>
  Math.max(
    0,
    Math.min(BUCKETS - 1, Math.trunc(Math.log(Math.max(1, ms) / 1000) / Math.log(GROWTH))),
  )

/** Milliseconds below which a share of the durations lies, as exact as its bucket. */
const quantileOf = ({ durations }: Job, share: number): number => {
  let total = 0
  for (const count of durations) total += count
  let upTo = 0
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    upTo += durations[bucket] ?? 0
    if (total > 0 && upTo >= share * total) return 1000 * GROWTH ** bucket
  }
  return 0
}
const failures = ({ failed }: Job): number => {
  let count = 0
  for (const each of failed) if (each) count += 1
  return count
}

const step = (cells: Cells, _key: string, input: Input, now: number): readonly Effect[] => {
  if (input.kind !== 'record') return []
  const event = input.record as RunEvent
  const job = (cells.get('job') as Job | undefined) ?? emptyJob()
  const effect = event.kind === 'started' ? started(job, event, now) : finished(job, event, now)
  cells.put('job', job)
  return [effect]
}

const started = (job: Job, event: RunEvent, now: number): Effect => {
  job.running[event.runId] = event.eventAt
  const failedShare = failures(job) / Math.max(1, job.failed.length)
  const record: Decision = {
    ...head(event, now),
    runId: event.runId,
    attempt: event.attempt,
    elapsedSeconds: 0,
    level: 'continue',
    pFail: failedShare,
    pFailLow: 0,
    expectedSavedSeconds: quantileOf(job, 0.9) / 1000,
    reason: '',
    ground: null,
    evidence: {},
    rule: 'anchor',
  }
  return emit('ci.decisions.v1', record)
}

const finished = (job: Job, event: RunEvent, now: number): Effect => {
  const startedAt = job.running[event.runId]
  if (startedAt !== undefined) {
    const bucket = bucketOf(event.eventAt - startedAt)
    job.durations[bucket] = (job.durations[bucket] ?? 0) + 1
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the cell is a map of runs
    delete job.running[event.runId]
  }
  job.failed[job.seen % LAST] = event.outcome !== 'success'
  job.seen += 1
  const record: JobProfile = {
    ...head(event, now),
    failureRate: failures(job) / job.failed.length,
    streak: 0,
    recent: [],
    passes: job.failed.length - failures(job),
    failures: failures(job),
    medianPassSeconds: quantileOf(job, 0.5) / 1000,
    seconds: [],
    passSurvival: [],
    failSurvival: [],
    pFail: [],
    stopSeconds: quantileOf(job, 0.95) / 1000,
    density: null,
  }
  return emit('ci.job-profiles.v1', record)
}

const head = ({ eventId, eventAt, source, repo, job }: RunEvent, now: number) => ({
  eventId: derivedId(eventId, 'anchor'),
  eventAt,
  observedAt: now,
  source,
  repo,
  job,
})

export const WATCH: Processor = {
  name: 'anchor',
  inputs: ['ci.run-events.v1'],
  outputs: ['ci.decisions.v1', 'ci.job-profiles.v1'],
  cells: { job: CELL },
  step,
}
