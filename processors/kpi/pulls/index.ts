/** THE table of KPIs of pulls and issues: one file one row, or rows that belong together. Told of repositories as dimension `pulls`. */

import { pullBacklogChange, issueBacklogChange } from './backlog.ts'
import {
  contributors,
  newContributorShare,
  contributorRetention,
  reviewers,
} from './contributors.ts'
import { issueTimeToCloseP50, issueTimeToCloseP90 } from './issue-time-to-close.ts'
import { issueTimeToResponseP50, issueTimeToResponseP90 } from './issue-time-to-response.ts'
import { mergeQueueDepth, mergeQueueMean, timeInMergeQueue } from './merge-queue.ts'
import { mergedPerDay } from './merged-per-day.ts'
import { openIssues, openIssueAgeP90 } from './open-issues.ts'
import { openPulls, openPrAgeP90 } from './open-pulls.ts'
import { prPickupP50, prPickupP90 } from './pr-pickup.ts'
import { prReviewP50, prReviewP90 } from './pr-review.ts'
import { retestWaste } from './retest-waste.ts'
import { averageRetestsToMerge, retestsPerMerge } from './retests.ts'
import { timeToFirstResponseP50, timeToFirstResponseP90 } from './time-to-first-response.ts'
import { timeToFirstSignalP50, timeToFirstSignalP90 } from './time-to-first-signal.ts'
import { timeToMergeP50, timeToMergeP90 } from './time-to-merge.ts'
import { unmergedRatio } from './unmerged-ratio.ts'
import type { PullKpiRow, PullWindow } from './row.ts'

/** File (without `.ts`) → its rows. */
export const PULL_KPI_FILES: Readonly<Record<string, readonly PullKpiRow[]>> = {
  'time-to-merge': [timeToMergeP50, timeToMergeP90],
  'pr-pickup': [prPickupP50, prPickupP90],
  'pr-review': [prReviewP50, prReviewP90],
  'time-to-first-response': [timeToFirstResponseP50, timeToFirstResponseP90],
  'issue-time-to-response': [issueTimeToResponseP50, issueTimeToResponseP90],
  'issue-time-to-close': [issueTimeToCloseP50, issueTimeToCloseP90],
  'time-to-first-signal': [timeToFirstSignalP50, timeToFirstSignalP90],
  'unmerged-ratio': [unmergedRatio],
  'open-pulls': [openPulls, openPrAgeP90],
  'open-issues': [openIssues, openIssueAgeP90],
  backlog: [pullBacklogChange, issueBacklogChange],
  'merged-per-day': [mergedPerDay],
  retests: [averageRetestsToMerge, retestsPerMerge],
  'retest-waste': [retestWaste],
  'merge-queue': [mergeQueueDepth, mergeQueueMean, timeInMergeQueue],
  contributors: [contributors, newContributorShare, contributorRetention, reviewers],
}
export const PULL_KPIS: readonly PullKpiRow[] = Object.values(PULL_KPI_FILES).flat()

const rowsIn = (window: PullWindow): readonly PullKpiRow[] =>
  PULL_KPIS.filter(({ windows }) => windows.includes(window))
/** Rows of a record over a window, in the order of the table. */
export const PULL_ROWS: Readonly<Record<PullWindow, readonly PullKpiRow[]>> = {
  now: rowsIn('now'),
  '7d': rowsIn('7d'),
  '30d': rowsIn('30d'),
}
