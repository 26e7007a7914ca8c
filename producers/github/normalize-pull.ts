/** Pull requests to facts: the same ones whether they were polled or delivered. */

import type { PullEvent } from '../../schemas/events.ts'
import { noteFields, RefusedPayload, type Note } from '../payload/heard.ts'
import { flagAt, isJson, jsonOf, jsonsAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { pullFact, wordCount } from '../payload/pulls.ts'
import { timesOf } from '../payload/times.ts'
import { PULL_FIELDS } from './fields.ts'
import {
  happeningsOf,
  type Delivered,
  type Happening,
  type PullMark,
  type PullTimes,
} from './pull-marks.ts'

export interface PullOptions {
  readonly source: string
  /** `owner/name`, as GitHub spells it. */
  readonly repo: string
  readonly now: number
}
export interface PullReading {
  readonly pulls: readonly PullEvent[]
  readonly notes: readonly Note[]
}
export interface Pull extends PullReading {
  readonly number: number
  readonly mark: PullMark
  readonly updatedAt: number
  readonly createdAt: number
}

export const MAX_TITLE = 300

/** Sorted. */
export const labelNames = (json: Json): string[] =>
  jsonsAt(json, 'labels')
    .flatMap((label) => textAt(label, 'name') ?? [])
    .sort()

const reviewerNames = (json: Json): string[] => {
  const people = jsonsAt(json, 'requested_reviewers').flatMap((one) => textAt(one, 'login') ?? [])
  const teams = jsonsAt(json, 'requested_teams').flatMap((one) => textAt(one, 'slug') ?? [])
  return [...people, ...teams.map((team) => `team/${team}`)].sort()
}

/** A count; null where it is none. */
export const countAt = (json: Json, field: string): number | null => {
  const count = numberAt(json, field)
  return count !== null && Number.isInteger(count) && count >= 0 && count < 2 ** 31 ? count : null
}

/** The number of a pull request or issue. Throws a {@link RefusedPayload}. */
export const numberOf = (json: Json): number => {
  const number = countAt(json, 'number')
  if (number === null) throw new RefusedPayload('missing-field', 'number is missing')
  return number
}

/** Words of a text; one that is null is empty, one that is absent is not told. */
export const wordsAt = (json: Json, field: string): number | null => {
  const value = json[field]
  if (value === null) return 0
  return typeof value === 'string' ? wordCount(value) : null
}

/** Its times. Throws a {@link RefusedPayload} where it was never opened. */
const timesOfPull = (json: Json, now: number, notes: Note[]): PullTimes => {
  const { iso } = timesOf(now, notes)
  const createdAt = iso(json, 'created_at')
  if (createdAt === null) throw new RefusedPayload('missing-field', 'created_at is missing')
  return {
    createdAt,
    updatedAt: iso(json, 'updated_at') ?? createdAt,
    mergedAt: iso(json, 'merged_at'),
    closedAt: iso(json, 'closed_at'),
  }
}

/** What is told of it as it is now. Sizes are null in lists, which do not hold them. */
const stateOf = (json: Json): Partial<PullEvent> => ({
  author: textAt(json, 'user', 'login'),
  authorAssociation: textAt(json, 'author_association'),
  sha: textAt(json, 'head', 'sha'),
  base: textAt(json, 'base', 'ref'),
  draft: flagAt(json, 'draft'),
  additions: countAt(json, 'additions'),
  deletions: countAt(json, 'deletions'),
  changedFiles: countAt(json, 'changed_files'),
  labels: labelNames(json),
  title: textAt(json, 'title')?.slice(0, MAX_TITLE) ?? null,
  titleWords: wordsAt(json, 'title'),
  bodyWords: wordsAt(json, 'body'),
  commits: countAt(json, 'commits'),
  comments: countAt(json, 'comments'),
  reviewComments: countAt(json, 'review_comments'),
  reviewers: Array.isArray(json['requested_reviewers']) ? reviewerNames(json) : null,
  autoMerge: 'auto_merge' in json ? isJson(json['auto_merge']) : null,
  mergeState: textAt(json, 'mergeable_state'),
})

/** Who did it: a delivery tells of its own action alone, the payload of the two ends. */
const actorOf = (
  json: Json,
  { kind }: Happening,
  before: PullMark | Delivered | null,
): string | null => {
  if (kind === 'opened') return textAt(json, 'user', 'login')
  if (kind === 'merged') return textAt(json, 'merged_by', 'login')
  return before !== null && 'action' in before ? before.sender : null
}

/**
 * A pull request. `before` is its mark when last heard, or null; a delivery tells by its action what changed instead. Throws a
 * {@link RefusedPayload}.
 */
export const readPull = (
  payload: unknown,
  { source, repo, now: observedAt }: PullOptions,
  before: PullMark | Delivered | null,
): Pull => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, PULL_FIELDS, '', notes)
  const pull = numberOf(json)
  const times = timesOfPull(json, observedAt, notes)
  const state = stateOf(json)
  const mark: PullMark = {
    sha: state.sha ?? '',
    labels: state.labels?.join('\n') ?? '',
    reviewers: state.reviewers?.join('\n') ?? '',
    isDraft: state.draft === true,
    isOpen: times.closedAt === null && times.mergedAt === null,
  }
  const pulls = happeningsOf(times, mark, before).map((each): PullEvent => {
    const more = { ...state, openedAt: times.createdAt, actor: actorOf(json, each, before) }
    const told = { eventAt: each.eventAt, observedAt }
    return pullFact({ source, repo, pull }, each.kind, told, more, ...each.idParts)
  })
  const { updatedAt, createdAt } = times
  return { pulls, notes, number: pull, mark, updatedAt, createdAt }
}
