/** What a fact changes of a pull request or an issue. Facts may come in any order, and more than once. */

import type { IssueEvent, PullEvent, PullRun } from '../../../schemas/events.ts'
import { hashOf } from '../../tests/names.ts'
import type { Check, Issue, Pull } from './cells.ts'
import { putEnd, takeEnd } from './ends.ts'
import { isBot } from './people.ts'

/** Checks that are kept one by one; of more, the oldest are summed up. */
const MOST_CHECKS = 200
/** Entries and exits of the merge queue that are kept. */
const MOST_STAYS = 40
/** Labels that put a pull into Prow's merge queue, and those that keep it out. */
const QUEUE_LABELS = ['lgtm', 'approved']
const HOLD = /^(?:do-not-merge|needs-rebase)/

/** The earlier of two instants of which 0 is none. */
const earlier = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b))
const isBySomebodyElse = (author: string | null, actor: string | null): boolean =>
  actor !== null && actor !== author && !isBot(actor)

/** Changes `pull`. What says nothing of it leaves it as it is. */
export const hearPull = (pull: Pull, event: PullEvent): void => {
  const { kind, eventAt: at } = event
  pull.author ??= event.author
  const openedAt = event.openedAt ?? (kind === 'opened' ? at : 0)
  pull.openedAt = earlier(pull.openedAt, openedAt)
  if (event.sha !== null && (kind === 'opened' || kind === 'synchronised'))
    push(pull, event.sha, at)
  const isAnswer = kind === 'reviewed' || kind === 'commented'
  if (isAnswer && isBySomebodyElse(pull.author, event.actor)) {
    pull.responseAt = earlier(pull.responseAt, at)
    if (kind === 'reviewed') pull.reviewAt = earlier(pull.reviewAt, at)
  }
  if (kind === 'labelled' || event.autoMerge !== null) queue(pull, isQueued(event), at)
  if (kind === 'merged') pull.mergedAt = earlier(pull.mergedAt, at)
  else if (kind === 'closed') pull.closedAt = Math.max(pull.closedAt, at)
  else if (kind === 'reopened') pull.reopenedAt = Math.max(pull.reopenedAt, at)
}

const push = (pull: Pull, sha: string, at: number): void => {
  const hash = hashOf(sha)
  if (hash === pull.sha) pull.shaAt = earlier(pull.shaAt, at)
  else if (at >= pull.shaAt) {
    pull.sha = hash
    pull.shaAt = at
  }
}

const isQueued = ({ labels, autoMerge }: PullEvent): boolean =>
  autoMerge === true ||
  (QUEUE_LABELS.every((label) => labels.includes(label)) &&
    !labels.some((label) => HOLD.test(label)))
/** Entries and exits are heard in order; one that comes late is not told apart from what is known by then. */
const queue = (pull: Pull, isIn: boolean, at: number): void => {
  const wasIn = pull.stays.length % 2 === 1
  if (isIn === wasIn || pull.stays.length >= MOST_STAYS || at < (pull.stays.at(-1) ?? 0)) return
  pull.stays.push(at)
}

/** One more end of a run, or one less. */
export const hearRun = (pull: Pull, run: PullRun): void => {
  const sign = run.takesBack ? -1 : 1
  const sha = run.sha === null ? 0 : hashOf(run.sha)
  const job = hashOf(run.job)
  if (pull.sha === 0) pull.sha = sha
  const ms = run.startedAt === null ? 0 : Math.max(0, run.finishedAt - run.startedAt)
  const known = pull.checks.find((check) => check.sha === sha && check.job === job)
  const check = known ?? newCheck(sha, job)
  if (known === undefined) pull.checks.push(check)
  check.runs += sign
  if (run.failed === true) check.failures += sign
  check.ms += sign * ms
  const end = { at: run.finishedAt, ms, failed: run.failed === true }
  if (run.takesBack) takeEnd(check.ends, end)
  else putEnd(check.ends, end)
  if (check.runs === 0) pull.checks.splice(pull.checks.indexOf(check), 1)
  if (pull.checks.length > MOST_CHECKS) sumUpOldest(pull)
}
const newCheck = (sha: number, job: number): Check => ({
  ...{ sha, job, runs: 0, failures: 0, ms: 0, ends: [] },
})
const sumUpOldest = (pull: Pull): void => {
  const oldest = pull.checks.shift()
  if (oldest === undefined) return
  pull.moreRuns += oldest.sha === pull.sha ? oldest.runs : 0
  pull.moreChecks += oldest.sha === pull.sha ? 1 : 0
  pull.moreFailures += oldest.failures
}

export const hearIssue = (issue: Issue, event: IssueEvent): void => {
  const { kind, eventAt: at } = event
  issue.author ??= event.author
  issue.openedAt = earlier(issue.openedAt, event.openedAt ?? (kind === 'opened' ? at : 0))
  if (kind === 'commented' && isBySomebodyElse(issue.author, event.actor))
    issue.responseAt = earlier(issue.responseAt, at)
  if (kind === 'closed') issue.closedAt = Math.max(issue.closedAt, at)
  if (kind === 'reopened') issue.reopenedAt = Math.max(issue.reopenedAt, at)
}
