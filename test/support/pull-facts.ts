/** Facts of pull requests, issues and their runs with every field: only what a case is about has to be said. */

import type { IssueEvent, PullEvent, PullRun } from '../../schemas/events.ts'
import { SECOND } from './facts.ts'

const REPO = { source: 'github', repo: 'acme/shop' }
export const aPull = (
  pull: number,
  kind: PullEvent['kind'],
  at: number,
  more: Partial<PullEvent> = {},
): PullEvent => ({
  ...{ eventId: `${pull}/${kind}/${at}`, eventAt: at, observedAt: at, ...REPO, pull, kind },
  ...{ author: 'ann', sha: null, base: null, draft: null, additions: null, deletions: null },
  ...{ changedFiles: null, labels: [], actor: null, actorAssociation: null },
  ...{ authorAssociation: null, openedAt: null, review: null, rawReview: null, title: null },
  ...{ titleWords: null, bodyWords: null, commits: null, comments: null, reviewComments: null },
  ...{ reviewers: null, files: null, autoMerge: null, mergeState: null, command: null },
  ...more,
})
export const anIssue = (
  issue: number,
  kind: IssueEvent['kind'],
  at: number,
  actor: string | null = null,
  author = 'ann',
): IssueEvent => ({
  ...{ eventId: `i${issue}/${kind}/${at}`, eventAt: at, observedAt: at, ...REPO, issue, kind },
  ...{ actor, author, authorAssociation: null, actorAssociation: null, openedAt: null },
  ...{ title: null, titleWords: null, bodyWords: null, comments: null, labels: [] },
  ...{ assignees: null, milestone: null, reason: null },
})
export const aRunOf = (
  pull: number,
  job: string,
  at: number,
  seconds: number,
  failed: boolean | null,
  sha = 'abc',
): PullRun => ({
  ...{ eventId: `r${pull}/${job}/${at}`, eventAt: at, observedAt: at, ...REPO, job, pull },
  ...{ runId: `${pull}-${job}-${at}`, attempt: 1, sha, failed, aborted: failed === null },
  ...{ startedAt: at - seconds * SECOND, finishedAt: at, takesBack: false },
})
