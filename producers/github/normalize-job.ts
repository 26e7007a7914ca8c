/** Jobs of workflows, with their steps, to facts: the same ones whether they were polled or delivered. */

import type { RunEvent, RunRef } from '../../schemas/events.ts'
import { labelsOf, runFact } from '../payload/facts.ts'
import { noteFields, type Heard, type Note } from '../payload/heard.ts'
import { jsonOf, jsonsAt, listAt, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { JOB_FIELDS, STEP_FIELDS } from './fields.ts'
import type { RunContext } from './normalize-run.ts'
import { outcomeOf, phaseOf, type GithubPhase } from './words.ts'

export interface JobOptions {
  readonly source: string
  /** `owner/name`, as GitHub spells it. */
  readonly repo: string
  readonly now: number
  /** What its workflow run tells; null where that was not heard. */
  readonly run: RunContext | null
}
export interface JobReading extends Heard {
  readonly isOpen: boolean
}

/** A job that a later attempt did not run again is listed with it, as it was before. */
const COPY_MS = 60_000

interface Reading {
  readonly run: RunRef
  readonly known: Partial<RunEvent>
  readonly observedAt: number
  readonly notes: Note[]
}

const outcomeNoted = (conclusion: string | null, notes: Note[]) => {
  const outcome = conclusion === null ? null : outcomeOf(conclusion)
  if (conclusion !== null && outcome === null)
    notes.push({ oddity: 'unknown-word', detail: `conclusion ${conclusion.slice(0, 80)}` })
  return outcome
}
const phaseNoted = (json: Json, notes: Note[]): GithubPhase | null => {
  const status = nameAt(json, 'status')
  const phase = phaseOf(status)
  if (phase === null)
    notes.push({ oddity: 'unknown-word', detail: `status ${status.slice(0, 80)}` })
  return phase
}

/** A step that is there only to say that it was skipped never started. */
const stepFacts = (json: Json, { run, observedAt, notes }: Reading): RunEvent[] => {
  noteFields(json, STEP_FIELDS, 'steps.', notes)
  const [step, number] = [nameAt(json, 'name'), nameAt(json, 'number')]
  const phase = phaseNoted(json, notes)
  const times = timesOf(observedAt, notes)
  const startedAt = times.iso(json, 'started_at')
  const word = textAt(json, 'conclusion')
  const outcome = phase === 'ended' ? outcomeNoted(word, notes) : null
  const facts: RunEvent[] = []
  if (startedAt !== null && (phase === 'running' || phase === 'ended') && outcome !== 'skipped')
    facts.push(
      runFact(
        run,
        'stepStarted',
        { eventAt: startedAt, observedAt },
        { step, startedAt },
        step,
        number,
      ),
    )
  if (outcome === null || word === null) return facts
  const eventAt = times.iso(json, 'completed_at') ?? startedAt ?? observedAt
  const end = { step, startedAt, outcome, rawOutcome: word }
  facts.push(runFact(run, 'stepFinished', { eventAt, observedAt }, end, step, number, word))
  return facts
}

const MACHINE_OUTCOMES: ReadonlySet<string> = new Set(['success', 'failure', 'timed_out'])

/** What was cancelled or skipped in the queue has a start all the same; a machine it never had. */
const isStarted = (json: Json, phase: GithubPhase | null): boolean =>
  phase === 'running' ||
  (phase === 'ended' &&
    (listAt(json, 'steps').length > 0 || MACHINE_OUTCOMES.has(textAt(json, 'conclusion') ?? '')))

const knownOf = (json: Json, run: RunContext | null): Partial<RunEvent> => ({
  group: nameAt(json, 'run_id'),
  branch: textAt(json, 'head_branch') ?? run?.branch ?? null,
  sha: textAt(json, 'head_sha'),
  pull: run?.pull ?? null,
  trigger: run?.trigger ?? null,
  labels: labelsOf({
    labels: listAt(json, 'labels')
      .filter((label) => typeof label === 'string')
      .join(','),
    waits_for: phaseOf(textAt(json, 'status') ?? '') === 'held' ? 'approval' : null,
  }),
})

/** Name of a job: those of two workflows may be called the same. */
const jobName = (json: Json, run: RunContext | null): string => {
  const workflow = textAt(json, 'workflow_name') ?? run?.workflow ?? null
  const name = nameAt(json, 'name')
  return workflow === null ? name : `${workflow} / ${name}`
}

const spanFacts = (json: Json, phase: GithubPhase | null, reading: Reading): RunEvent[] => {
  const { run, known, observedAt, notes } = reading
  const times = timesOf(observedAt, notes)
  const queuedAt = times.iso(json, 'created_at')
  const begunAt = isStarted(json, phase) ? times.iso(json, 'started_at') : null
  const startedAt = begunAt === null ? null : Math.max(begunAt, queuedAt ?? 0)
  const facts: RunEvent[] = []
  if (queuedAt !== null)
    facts.push(runFact(run, 'queued', { eventAt: queuedAt, observedAt }, known))
  if (startedAt !== null) {
    const runner = {
      runner: textAt(json, 'runner_name'),
      runner_group: textAt(json, 'runner_group_name'),
    }
    const more = { ...known, startedAt, labels: { ...known.labels, ...labelsOf(runner) } }
    facts.push(runFact(run, 'started', { eventAt: startedAt, observedAt }, more))
  }
  for (const step of jsonsAt(json, 'steps')) facts.push(...stepFacts(step, reading))
  const word = textAt(json, 'conclusion')
  const outcome = phase === 'ended' ? outcomeNoted(word, notes) : null
  if (outcome === null || word === null) return facts
  const eventAt = Math.max(times.iso(json, 'completed_at') ?? observedAt, startedAt ?? 0)
  const end = { ...known, startedAt, outcome, rawOutcome: word }
  facts.push(runFact(run, 'finished', { eventAt, observedAt }, end, word))
  return facts
}

const isCopy = (json: Json, attempt: number): boolean => {
  const [created, started] = ['created_at', 'started_at'].map((field) =>
    Date.parse(textAt(json, field) ?? ''),
  )
  return (
    attempt > 1 && created !== undefined && started !== undefined && started < created - COPY_MS
  )
}

/** A job: one run. Throws a RefusedPayload. */
export const readJob = (payload: unknown, options: JobOptions): JobReading => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, JOB_FIELDS, '', notes)
  const { source, repo, now: observedAt, run: context } = options
  const attempt = Math.max(1, numberAt(json, 'run_attempt') ?? 1)
  const job = jobName(json, context)
  const run: RunRef = { source, repo, job, runId: nameAt(json, 'id'), attempt }
  const known = knownOf(json, context)
  const phase = phaseNoted(json, notes)
  if (isCopy(json, attempt)) return { facts: [], tests: [], notes, isOpen: false }
  const facts = spanFacts(json, phase, { run, known, observedAt, notes })
  return { facts, tests: [], notes, isOpen: phase !== 'ended' }
}
