/** Workflow runs: what their jobs do not tell of themselves. A run without jobs, as of a broken workflow, is told as one. */

import type { RunRef } from '../../schemas/events.ts'
import { runFact } from '../payload/facts.ts'
import { noteFields, RefusedPayload, type Heard, type Note } from '../payload/heard.ts'
import { jsonOf, jsonsAt, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { RUN_FIELDS } from './fields.ts'
import { outcomeOf, phaseOf } from './words.ts'

/** What a workflow run tells of its jobs. */
export interface RunContext {
  readonly workflow: string | null
  readonly trigger: string | null
  readonly branch: string | null
  readonly pull: number | null
}
export interface WorkflowRun extends Heard {
  readonly id: string
  readonly attempt: number
  readonly context: RunContext
  /** `owner/name`, as GitHub spells it; null where the payload does not say. */
  readonly repo: string | null
  readonly isOpen: boolean
  readonly createdAt: number
  /** Changes whenever the run does. */
  readonly mark: string
}

/** Ends before any job began. */
const JOBLESS: ReadonlySet<string> = new Set(['startup_failure', 'action_required'])

const pullOf = (json: Json): number | null => {
  const [only, ...others] = jsonsAt(json, 'pull_requests')
  return only === undefined || others.length > 0 ? null : numberAt(only, 'number')
}

interface RunOptions {
  readonly source: string
  readonly repo: string
  readonly now: number
}

const joblessFacts = (
  json: Json,
  run: RunRef,
  context: RunContext,
  observedAt: number,
  notes: Note[],
) => {
  const word = textAt(json, 'conclusion') ?? ''
  const outcome = outcomeOf(word)
  if (!JOBLESS.has(word) || outcome === null) return []
  const times = timesOf(observedAt, notes)
  const queuedAt = times.iso(json, 'created_at') ?? observedAt
  const eventAt = times.iso(json, 'updated_at') ?? observedAt
  const { trigger, branch, pull } = context
  const known = { group: run.runId, branch, sha: textAt(json, 'head_sha'), pull, trigger }
  return [
    runFact(run, 'queued', { eventAt: queuedAt, observedAt }, known),
    runFact(
      run,
      'finished',
      { eventAt, observedAt },
      { ...known, outcome, rawOutcome: word },
      word,
    ),
  ]
}

/** A workflow run. Throws a {@link RefusedPayload}. */
export const readWorkflowRun = (payload: unknown, options: RunOptions): WorkflowRun => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, RUN_FIELDS, '', notes)
  const id = nameAt(json, 'id')
  const attempt = Math.max(1, numberAt(json, 'run_attempt') ?? 1)
  const status = nameAt(json, 'status')
  const phase = phaseOf(status)
  if (phase === null)
    notes.push({ oddity: 'unknown-word', detail: `status ${status.slice(0, 80)}` })
  const createdAt = timesOf(options.now, notes).iso(json, 'created_at')
  if (createdAt === null) throw new RefusedPayload('missing-field', 'created_at is missing')
  const context: RunContext = {
    workflow: textAt(json, 'name'),
    trigger: textAt(json, 'event'),
    branch: textAt(json, 'head_branch'),
    pull: pullOf(json),
  }
  const repo = textAt(json, 'repository', 'full_name')
  const { source, now } = options
  const job = context.workflow ?? textAt(json, 'path') ?? 'workflow'
  const run = { source, repo: repo ?? options.repo, job, runId: id, attempt }
  const facts = joblessFacts(json, run, context, now, notes)
  const mark = [
    attempt,
    status,
    textAt(json, 'conclusion') ?? '',
    textAt(json, 'updated_at') ?? '',
  ].join(' ')
  return {
    facts,
    tests: [],
    notes,
    id,
    attempt,
    context,
    repo,
    isOpen: phase !== 'ended',
    createdAt,
    mark,
  }
}
