/** What is kept of a repository's pull requests and issues: each in a cell, sums of windows, people by shard. */

import type { Cells } from '../../processor.ts'
import type { Counters } from '../counters.ts'
import type { Ends } from './ends.ts'

/** All runs of one job on one commit. */
export interface Check {
  readonly sha: number
  readonly job: number
  runs: number
  failures: number
  /** Milliseconds of all of them. */
  ms: number
  ends: Ends
}

/** A pull request; instants in milliseconds since the epoch, 0 where it has not happened. */
export interface Pull {
  openedAt: number
  author: string | null
  responseAt: number
  reviewAt: number
  mergedAt: number
  closedAt: number
  reopenedAt: number
  /** The newest commit and when it was pushed. */
  sha: number
  shaAt: number
  /** Stays in the merge queue: entered, left, entered, ...; the last is open where their number is odd. */
  stays: number[]
  checks: Check[]
  /** Of checks that are no longer kept one by one. */
  moreRuns: number
  moreChecks: number
  moreFailures: number
}
export interface Issue {
  openedAt: number
  author: string | null
  responseAt: number
  closedAt: number
  reopenedAt: number
}

/** Sums of the repository's windows and what is true of it now. */
export interface Repo {
  panes: number[]
  week: Counters
  month: Counters
  /** Open ones by the hour in which they were opened: pairs of hours since the epoch and counts. */
  openPulls: Counters
  openIssues: Counters
  queued: number
  /** Shards of people that have a cell. */
  authors: number[]
  reviewers: number[]
  /** Days since the epoch whose ended pulls and issues are still kept. */
  days: number[]
  /** When the timer is due; 0 where not set. */
  hourAt: number
  isChanged: boolean
}

/** When something ended: merged, or closed and not opened again since; 0 where it is open. */
export const endOf = (
  of: Pick<Issue, 'closedAt' | 'reopenedAt'> & { mergedAt?: number },
): number =>
  (of.mergedAt ?? 0) > 0 ? (of.mergedAt ?? 0) : of.closedAt > of.reopenedAt ? of.closedAt : 0

const LONGS = { type: 'array', items: 'long' } as const
const fields = (types: Record<string, unknown>): object[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: fields(types),
})
const CHECK = record('Check', {
  ...{ sha: 'long', job: 'long', runs: 'int', failures: 'int' },
  ...{ ms: 'long', ends: LONGS },
})

/** `ended/<day>` has the numbers of what ended on a day: pulls as they are, issues below zero. */
export const PULL_CELLS = {
  repo: record('Repo', {
    ...{ panes: LONGS, week: LONGS, month: LONGS, openPulls: LONGS, openIssues: LONGS },
    ...{ queued: 'int', authors: LONGS, reviewers: LONGS, days: LONGS },
    ...{ hourAt: 'long', isChanged: 'boolean' },
  }),
  pane: LONGS,
  pull: record('Pull', {
    ...{ openedAt: 'long', author: ['null', 'string'], responseAt: 'long', reviewAt: 'long' },
    ...{
      mergedAt: 'long',
      closedAt: 'long',
      reopenedAt: 'long',
      sha: 'long',
      shaAt: 'long',
      stays: LONGS,
    },
    checks: { type: 'array', items: CHECK },
    ...{ moreRuns: 'int', moreChecks: 'int', moreFailures: 'int' },
  }),
  issue: record('Issue', {
    ...{ openedAt: 'long', author: ['null', 'string'], responseAt: 'long', closedAt: 'long' },
    reopenedAt: 'long',
  }),
  ended: LONGS,
  authors: LONGS,
  reviewers: LONGS,
} as const

export const repoOf = (cells: Cells): Repo =>
  (cells.get('repo') as Repo | undefined) ?? {
    ...{ panes: [], week: [], month: [], openPulls: [], openIssues: [], queued: 0 },
    ...{ authors: [], reviewers: [], days: [], hourAt: 0, isChanged: false },
  }
export const pullOf = (cells: Cells, number: number): Pull =>
  (cells.get(`pull/${number}`) as Pull | undefined) ?? {
    ...{ openedAt: 0, author: null, responseAt: 0, reviewAt: 0, mergedAt: 0 },
    ...{ closedAt: 0, reopenedAt: 0 },
    ...{ sha: 0, shaAt: 0, stays: [], checks: [] },
    ...{ moreRuns: 0, moreChecks: 0, moreFailures: 0 },
  }
export const issueOf = (cells: Cells, number: number): Issue =>
  (cells.get(`issue/${number}`) as Issue | undefined) ?? {
    ...{ openedAt: 0, author: null, responseAt: 0, closedAt: 0, reopenedAt: 0 },
  }
