/** Issues, and comments on them and on pull requests, to facts: the same ones whether they were polled or delivered. */

import type { IssueEvent, IssueEventKind } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { noteFields, RefusedPayload, type Note } from '../payload/heard.ts'
import { jsonOf, jsonsAt, nameAt, textAt, type Json } from '../payload/json.ts'
import { pullFact } from '../payload/pulls.ts'
import { timesOf } from '../payload/times.ts'
import type { Other } from '../payload/turn.ts'
import { COMMENT_FIELDS, ISSUE_FIELDS } from './fields.ts'
import {
  countAt,
  labelNames,
  MAX_TITLE,
  numberOf,
  wordsAt,
  type PullOptions,
  type PullReading,
} from './normalize-pull.ts'

/** What is remembered of an issue, to see what changed. */
export interface IssueMark {
  /** Sorted names, one a line. */
  readonly labels: string
  readonly isOpen: boolean
}
export interface Issue {
  readonly number: number
  readonly mark: IssueMark
  readonly updatedAt: number
  readonly others: readonly Other[]
  readonly notes: readonly Note[]
}

const stateOf = (json: Json): Partial<IssueEvent> => ({
  author: textAt(json, 'user', 'login'),
  authorAssociation: textAt(json, 'author_association'),
  title: textAt(json, 'title')?.slice(0, MAX_TITLE) ?? null,
  titleWords: wordsAt(json, 'title'),
  bodyWords: wordsAt(json, 'body'),
  comments: countAt(json, 'comments'),
  labels: labelNames(json),
  assignees: jsonsAt(json, 'assignees').flatMap((one) => textAt(one, 'login') ?? []),
  milestone: textAt(json, 'milestone', 'title'),
})

const issueFact = (
  { source, repo, now }: PullOptions,
  issue: number,
  kind: IssueEventKind,
  eventAt: number,
  more: Partial<IssueEvent>,
  ...idParts: readonly string[]
): Other => ({
  topic: 'ci.issue-events.v1',
  record: {
    eventId: key(source, repo, 'issue', String(issue), kind, ...idParts),
    eventAt,
    observedAt: now,
    source,
    repo,
    issue,
    kind,
    author: null,
    authorAssociation: null,
    actor: null,
    actorAssociation: null,
    openedAt: null,
    title: null,
    titleWords: null,
    bodyWords: null,
    comments: null,
    labels: [],
    assignees: null,
    milestone: null,
    reason: null,
    ...more,
  },
})

/** An issue; one that is a pull request is told as such. `before` is its mark when last heard. Throws a RefusedPayload. */
export const readIssue = (
  payload: unknown,
  options: PullOptions,
  before: IssueMark | null,
): Issue | null => {
  const json = jsonOf(payload)
  if (json['pull_request'] != null) return null
  const notes: Note[] = []
  noteFields(json, ISSUE_FIELDS, 'issue.', notes)
  const number = numberOf(json)
  const { iso } = timesOf(options.now, notes)
  const openedAt = iso(json, 'created_at')
  if (openedAt === null) throw new RefusedPayload('missing-field', 'created_at is missing')
  const updatedAt = iso(json, 'updated_at') ?? openedAt
  const closedAt = iso(json, 'closed_at')
  const state = { ...stateOf(json), openedAt }
  const mark = { labels: state.labels?.join('\n') ?? '', isOpen: closedAt === null }
  const tell = (kind: IssueEventKind, at: number, more: Partial<IssueEvent>, ...id: string[]) =>
    issueFact(options, number, kind, at, { ...state, ...more }, ...id)
  const others = [tell('opened', openedAt, { actor: state.author ?? null })]
  if (before !== null && mark.isOpen && !before.isOpen)
    others.push(tell('reopened', updatedAt, {}, String(updatedAt)))
  if (before !== null && before.labels !== mark.labels)
    others.push(tell('labelled', updatedAt, {}, mark.labels))
  if (closedAt !== null) {
    const actor = textAt(json, 'closed_by', 'login')
    const reason = textAt(json, 'state_reason')
    others.push(tell('closed', closedAt, { actor, reason }, String(closedAt)))
  }
  return { number, mark, updatedAt, others, notes }
}

export interface CommentReading extends PullReading {
  readonly others: readonly Other[]
  readonly createdAt: number
}

/** A comment on an issue or a pull request, told where it stands. Throws a RefusedPayload. */
export const readComment = (
  payload: unknown,
  number: number,
  isPull: boolean,
  options: PullOptions,
): CommentReading => {
  const json = jsonOf(payload)
  const notes: Note[] = []
  noteFields(json, COMMENT_FIELDS, 'comment.', notes)
  const id = nameAt(json, 'id')
  const createdAt = timesOf(options.now, notes).iso(json, 'created_at')
  if (createdAt === null) throw new RefusedPayload('missing-field', 'created_at is missing')
  const more = {
    actor: textAt(json, 'user', 'login'),
    actorAssociation: textAt(json, 'author_association'),
    bodyWords: wordsAt(json, 'body'),
  }
  if (!isPull) {
    const fact = issueFact(options, number, 'commented', createdAt, more, id)
    return { pulls: [], others: [fact], notes, createdAt }
  }
  const { source, repo, now: observedAt } = options
  const told = { eventAt: createdAt, observedAt }
  const command = commandIn(textAt(json, 'body'))
  const fact = pullFact({ source, repo, pull: number }, 'commented', told, { ...more, command }, id)
  return { pulls: [fact], others: [], notes, createdAt }
}

/** What a comment tells our bot, a line of its own; null where it tells it nothing. Example: `/stopline why` gives why. */
export const commandIn = (body: string | null): string | null =>
  /^\/stopline[ \t]+(why|mute|unmute)[ \t]*\r?$/m.exec(body ?? '')?.[1] ?? null

/** Number that an address of an issue ends in; null where it is none. Example: `.../issues/17` gives 17. */
export const numberInUrl = (url: string | null): number | null => {
  const digits = /\/(?:issues|pull)\/(\d{1,9})(?:#|$)/.exec(url ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}
