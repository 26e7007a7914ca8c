/** Deliveries of webhooks to facts, with the ids that polling gives them. */

import { RefusedPayload } from '../payload/heard.ts'
import { jsonAt, jsonOf, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import { readCheck } from './normalize-check.ts'
import { readComment, readIssue } from './normalize-issue.ts'
import { readJob } from './normalize-job.ts'
import { numberOf, readPull, type PullOptions } from './normalize-pull.ts'
import { readReview } from './normalize-review.ts'
import { readWorkflowRun, type RunContext } from './normalize-run.ts'

/** What workflow runs told of their jobs, by id. */
export interface Contexts {
  readonly get: (run: string) => RunContext | undefined
  readonly set: (run: string, context: RunContext) => void
}
type Reader = (payload: Json, options: PullOptions, contexts: Contexts) => Partial<Turn>

const pullNumber = (payload: Json): number => {
  const number = numberAt(payload, 'pull_request', 'number')
  if (number === null) throw new RefusedPayload('missing-field', 'pull_request.number is missing')
  return number
}

/** THE table of events that are read. */
const READERS: Readonly<Record<string, Reader>> = {
  workflow_job: (payload, options, contexts) => {
    const job = jsonAt(payload, 'workflow_job')
    const run = contexts.get(nameAt(job, 'run_id')) ?? null
    return readJob(job, { ...options, run })
  },
  workflow_run: (payload, options, contexts) => {
    const run = readWorkflowRun(payload['workflow_run'], options)
    contexts.set(run.id, run.context)
    return { facts: run.facts, notes: run.notes }
  },
  pull_request: (payload, options) => {
    const action = textAt(payload, 'action') ?? ''
    const sender = textAt(payload, 'sender', 'login')
    const { pulls, notes } = readPull(payload['pull_request'], options, { action, sender })
    return { pulls, notes }
  },
  pull_request_review: (payload, options) =>
    readReview(payload['review'], pullNumber(payload), options),
  issues: (payload, options) => {
    // What it was before is not told; opening it again has no time of its own and is left to polling.
    const { others = [], notes = [] } = readIssue(payload['issue'], options, null) ?? {}
    return { others, notes }
  },
  issue_comment: (payload, options) => {
    if (textAt(payload, 'action') !== 'created') return {}
    const issue = jsonAt(payload, 'issue')
    const isPull = issue['pull_request'] != null
    const { pulls, others, notes } = readComment(
      payload['comment'],
      numberOf(issue),
      isPull,
      options,
    )
    return { pulls, others, notes }
  },
  check_run: (payload, options) => readCheck(payload['check_run'], options),
}

/** What a delivery says; null for an event that is not read. Throws a {@link RefusedPayload}. */
export const readDelivery = (
  event: string,
  payload: unknown,
  { source, now }: Pick<PullOptions, 'source' | 'now'>,
  contexts: Contexts,
): Turn | null => {
  const reader = Object.hasOwn(READERS, event) ? READERS[event] : undefined
  if (reader === undefined) return null
  const json = jsonOf(payload)
  const repo = nameAt(json, 'repository', 'full_name')
  return turnOf(reader(json, { source, repo, now }, contexts))
}
