/** What is remembered between two polls of GitHub: plain data, kept after the log acknowledged what was heard. */

import type { OpenLogs } from '../log/follow.ts'
import type { Told } from '../payload/news.ts'
import type { RunContext } from './normalize-run.ts'
import type { IssueMark } from './normalize-issue.ts'
import type { PullMark } from './pull-marks.ts'

/** A workflow run that goes on, or whose jobs are still to be read. */
export interface OpenRun {
  readonly repo: string
  readonly context: RunContext
  /** The attempt whose jobs are read next, and the last one there is. */
  attempt: number
  last: number
  isEnded: boolean
  /** When its jobs were last asked for, in milliseconds. */
  readAt: number
  /** True where a list held it when it was last read. */
  isListed: boolean
  /** How often its jobs were not there, one time after the other. */
  vain: number
  /** Facts told, by job. */
  readonly told: Record<string, Told>
}
export interface RepoCursor {
  /** Newest creation of a workflow run that was heard, in milliseconds; 0 at first. */
  runsUpTo: number
  /** Workflow runs as last heard, by id, while they may be listed again. */
  readonly marks: Record<string, { readonly createdAt: number; readonly mark: string }>
  readonly open: Record<string, OpenRun>
  /** Newest change of a pull request that was heard, in milliseconds; 0 at first. */
  pullsUpTo: number
  /** Pull requests as last heard, by number. */
  readonly pulls: Record<string, PullMark & { readonly updatedAt: number }>
  /** Newest change of an issue, and newest comment, that was heard, in milliseconds; 0 at first. */
  issuesUpTo: number
  commentsUpTo: number
  /** Issues as last heard, by number. */
  readonly issues: Record<string, IssueMark & { readonly updatedAt: number }>
  /** Logs that are to be read; a cursor of an earlier version has none. */
  logs?: OpenLogs
}
export interface GithubCursor {
  readonly repos: Record<string, RepoCursor>
}

export const newGithubCursor = (): GithubCursor => ({ repos: {} })

export const newRepoCursor = (): RepoCursor => ({
  runsUpTo: 0,
  marks: {},
  open: {},
  pullsUpTo: 0,
  pulls: {},
  issuesUpTo: 0,
  commentsUpTo: 0,
  issues: {},
})
