/** Pull requests and their reviews to facts: the same ones whether they were polled or delivered. */

import type { PullEvent, PullEventKind } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { noteFields, RefusedPayload, type Note } from '../payload/heard.ts'
import { flagAt, jsonOf, jsonsAt, nameAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { PULL_FIELDS, REVIEW_FIELDS } from './fields.ts'

export interface PullOptions {
  readonly source: string
  /** `owner/name`, as GitHub spells it. */
  readonly repo: string
  readonly now: number
}
/** What is remembered of a pull request, to see what changed. */
export interface PullMark {
  readonly sha: string
  /** Sorted names, one a line. */
  readonly labels: string
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

type Happening = readonly [kind: PullEventKind, eventAt: number, ...idParts: string[]]

const labelNames = (json: Json): string[] =>
  jsonsAt(json, 'labels')
    .flatMap((label) => textAt(label, 'name') ?? [])
    .sort()

const countAt = (json: Json, field: string): number | null => {
  const count = numberAt(json, field)
  return count !== null && Number.isInteger(count) && count >= 0 && count < 2 ** 31 ? count : null
}
const numberOf = (json: Json): number => {
  const number = countAt(json, 'number')
  if (number === null) throw new RefusedPayload('missing-field', 'number is missing')
  return number
}

interface Times {
  readonly createdAt: number
  readonly updatedAt: number
  readonly mergedAt: number | null
  readonly closedAt: number | null
}
const timesOfPull = (json: Json, now: number, notes: Note[]): Times => {
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

/** What has happened to it since it was as `before`; null where it was not heard of, or where that is not known. */
const happenings = (times: Times, mark: PullMark, before: PullMark | null): Happening[] => {
  const { createdAt, updatedAt, mergedAt, closedAt } = times
  const all: Happening[] = [['opened', createdAt]]
  if (before !== null && before.sha !== mark.sha) all.push(['synchronised', updatedAt, mark.sha])
  if (before !== null && before.labels !== mark.labels)
    all.push(['labelled', updatedAt, mark.labels])
  if (mergedAt !== null) all.push(['merged', mergedAt])
  else if (closedAt !== null) all.push(['closed', closedAt, String(closedAt)])
  return all
}

/** Actions of deliveries that tell what changed, and what of it was otherwise before. */
const DELIVERED: Readonly<Record<string, keyof PullMark>> = {
  synchronize: 'sha',
  labeled: 'labels',
  unlabeled: 'labels',
}

/** A delivery tells by its action what was otherwise before. */
const markBefore = (
  mark: PullMark,
  before: PullMark | { readonly action: string } | null,
): PullMark | null => {
  if (before === null || 'sha' in before) return before
  const changed = DELIVERED[before.action]
  return changed === undefined ? null : { ...mark, [changed]: `not ${mark[changed]}` }
}

/**
 * A pull request. `before` is its mark when last heard, or null; a delivery tells by its action what changed instead. Sizes
 * are null in lists, which do not hold them. Throws a {@link RefusedPayload}.
 */
export const readPull = (
  payload: unknown,
  { source, repo, now: observedAt }: PullOptions,
  before: PullMark | { readonly action: string } | null,
): Pull => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, PULL_FIELDS, '', notes)
  const pull = numberOf(json)
  const sha = textAt(json, 'head', 'sha')
  const labels = labelNames(json)
  const mark = { sha: sha ?? '', labels: labels.join('\n') }
  const times = timesOfPull(json, observedAt, notes)
  const pulls = happenings(times, mark, markBefore(mark, before)).map(
    ([kind, eventAt, ...idParts]): PullEvent => ({
      eventId: key(source, repo, 'pull', String(pull), kind, ...idParts),
      eventAt,
      observedAt,
      source,
      repo,
      pull,
      kind,
      author: textAt(json, 'user', 'login'),
      sha,
      base: textAt(json, 'base', 'ref'),
      draft: flagAt(json, 'draft'),
      additions: countAt(json, 'additions'),
      deletions: countAt(json, 'deletions'),
      changedFiles: countAt(json, 'changed_files'),
      labels,
    }),
  )
  return {
    pulls,
    notes,
    number: pull,
    mark,
    updatedAt: times.updatedAt,
    createdAt: times.createdAt,
  }
}

/** A review of a pull request; one that was begun and not submitted says nothing. Throws a {@link RefusedPayload}. */
export const readReview = (
  payload: unknown,
  pull: number,
  { source, repo, now: observedAt }: PullOptions,
): PullReading => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, REVIEW_FIELDS, '', notes)
  const id = nameAt(json, 'id')
  const eventAt = timesOf(observedAt, notes).iso(json, 'submitted_at')
  if (eventAt === null) return { pulls: [], notes }
  const event: PullEvent = {
    eventId: key(source, repo, 'pull', String(pull), 'reviewed', id),
    eventAt,
    observedAt,
    source,
    repo,
    pull,
    kind: 'reviewed',
    // Of the pull request, which a review does not tell.
    author: null,
    sha: textAt(json, 'commit_id'),
    base: null,
    draft: null,
    additions: null,
    deletions: null,
    changedFiles: null,
    labels: [],
  }
  return { pulls: [event], notes }
}
