/** Issues that changed since, and comments on issues and pull requests, oldest first. */

import { RefusedPayload, type Refused } from '../payload/heard.ts'
import { numberAt, textAt, type Json } from '../payload/json.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import {
  numberInUrl,
  readComment,
  readIssue,
  type CommentReading,
  type Issue,
} from './normalize-issue.ts'
import { pagesOf } from './pages.ts'
import { options, refusedOf, repoUrl, type RepoRound } from './round.ts'

/** The address stays the same for so long, so that nothing is sent where nothing changed; what lies back so far is read again. */
const WINDOW_MS = 600_000
/** Issues remembered; those that changed longest ago are forgotten. */
const MAX_REMEMBERED = 5_000

const sinceOf = ({ now, config }: RepoRound, upTo: number): number => {
  const since = upTo === 0 ? now - config.horizonMs : upTo - WINDOW_MS
  return Math.floor(since / WINDOW_MS) * WINDOW_MS
}

/** Everything of a list that changed since, newest change first: what moves while it is read comes again first. */
async function* changed(round: RepoRound, path: string, since: number): AsyncGenerator<Json> {
  const query = { sort: 'updated', direction: 'desc', since: new Date(since).toISOString() }
  const more = path === 'issues' ? { ...query, state: 'all' } : query
  const asking = {
    url: `${repoUrl(round.config, round.repo)}/${path}`,
    query: more,
    isUrgent: false,
  }
  for await (const { items } of pagesOf(round.get, asking, null)) yield* items
}

/** Reads the items of a list; one that says nothing usable goes to the dead letters. */
const readAll = async <T>(
  items: AsyncIterable<Json>,
  read: (item: Json) => T | null,
  refused: Refused[],
): Promise<T[]> => {
  const found: T[] = []
  for await (const item of items)
    try {
      const reading = read(item)
      if (reading !== null) found.push(reading)
    } catch (error) {
      if (!(error instanceof RefusedPayload)) throw error
      refused.push(refusedOf(error, item))
    }
  return found
}

const forget = ({ cursor }: RepoRound): void => {
  const remembered = Object.entries(cursor.issues)
  if (remembered.length <= MAX_REMEMBERED) return
  remembered.sort(([, a], [, b]) => b.updatedAt - a.updatedAt)
  for (const [number] of remembered.slice(MAX_REMEMBERED))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    delete cursor.issues[number]
}

async function* issueTurns(round: RepoRound): AsyncGenerator<Turn> {
  const { cursor } = round
  const refused: Refused[] = []
  const read = (item: Json): Issue | null =>
    readIssue(item, options(round), cursor.issues[numberAt(item, 'number') ?? 0] ?? null)
  const items = changed(round, 'issues', sinceOf(round, cursor.issuesUpTo))
  const issues = await readAll(items, read, refused)
  if (refused.length > 0) yield turnOf({ refused })
  for (const issue of issues.sort((a, b) => a.updatedAt - b.updatedAt)) {
    const { number, mark, updatedAt, others, notes } = issue
    if (cursor.issues[number]?.updatedAt === updatedAt) continue
    cursor.issues[number] = { ...mark, updatedAt }
    cursor.issuesUpTo = Math.max(cursor.issuesUpTo, updatedAt)
    yield turnOf({ others, notes })
  }
  forget(round)
}

/** A comment that was told when it was written may be changed long after: it is no news then. */
async function* commentTurns(round: RepoRound): AsyncGenerator<Turn> {
  const { cursor } = round
  const since = sinceOf(round, cursor.commentsUpTo)
  const refused: Refused[] = []
  const read = (item: Json): CommentReading | null => {
    const number = numberInUrl(textAt(item, 'issue_url'))
    if (number === null) throw new RefusedPayload('missing-field', 'issue_url is missing')
    const isPull = textAt(item, 'html_url')?.includes('/pull/') ?? false
    const reading = readComment(item, number, isPull, options(round))
    return reading.createdAt < since ? null : reading
  }
  const comments = await readAll(changed(round, 'issues/comments', since), read, refused)
  comments.sort((a, b) => a.createdAt - b.createdAt)
  for (const { createdAt } of comments)
    cursor.commentsUpTo = Math.max(cursor.commentsUpTo, createdAt)
  yield turnOf({
    refused,
    pulls: comments.flatMap(({ pulls }) => pulls),
    others: comments.flatMap(({ others }) => others),
    notes: comments.flatMap(({ notes }) => notes),
  })
}

/** Turns of one repository. */
export async function* issuesTurns(round: RepoRound): AsyncGenerator<Turn> {
  yield* issueTurns(round)
  yield* commentTurns(round)
}
