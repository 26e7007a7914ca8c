/** Pull requests that changed since, oldest change first, with their sizes and reviews. */

import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import { numberAt, textAt } from '../payload/json.ts'
import { getJson, UnexpectedAnswer } from '../payload/reach.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import type { PullEvent } from '../../schemas/events.ts'
import { readPull, type Pull } from './normalize-pull.ts'
import { readReview } from './normalize-review.ts'
import { pagesOf } from './pages.ts'
import { options, repoUrl, type RepoRound } from './round.ts'

const MAX_PULL_BYTES = 4 * 2 ** 20
/** Pull requests remembered; those that changed longest ago are forgotten. */
const MAX_REMEMBERED = 5_000
const MAX_PATH = 500

const pullUrl = ({ config, repo }: RepoRound, number: number): string =>
  `${repoUrl(config, repo)}/pulls/${number}`

interface Changed {
  readonly pulls: readonly Pull[]
  readonly refused: readonly Refused[]
}

/** Those that changed at or after an instant. A list by time of change: what moves while it is read comes again first. */
const changedSince = async (round: RepoRound, since: number): Promise<Changed> => {
  const query = { state: 'all', sort: 'updated', direction: 'desc' }
  const url = `${repoUrl(round.config, round.repo)}/pulls`
  const pulls = new Map<number, Pull>()
  const refused: Refused[] = []
  for await (const { items } of pagesOf(round.get, { url, query, isUrgent: false }, null)) {
    let isPast = false
    for (const item of items)
      try {
        const before = round.cursor.pulls[numberAt(item, 'number') ?? 0] ?? null
        const pull = readPull(item, options(round), before)
        isPast = pull.updatedAt < since
        const known = round.cursor.pulls[pull.number]?.updatedAt
        if (!isPast && known !== pull.updatedAt && !pulls.has(pull.number))
          pulls.set(pull.number, pull)
      } catch (error) {
        if (!(error instanceof RefusedPayload)) throw error
        const { reason, message } = error
        refused.push({ reason, detail: message, payload: JSON.stringify(item) })
      }
    if (isPast) break
  }
  return { pulls: [...pulls.values()].sort((a, b) => a.updatedAt - b.updatedAt), refused }
}

const readReviews = async (
  round: RepoRound,
  number: number,
): Promise<{ readonly pulls: PullEvent[]; readonly notes: Note[] }> => {
  const pulls: PullEvent[] = []
  const notes: Note[] = []
  const asking = { url: `${pullUrl(round, number)}/reviews`, query: {}, isUrgent: false }
  for await (const { items } of pagesOf(round.get, asking, null))
    for (const item of items) {
      const reading = readReview(item, number, options(round))
      pulls.push(...reading.pulls)
      notes.push(...reading.notes)
    }
  return { pulls, notes }
}

/** Paths of the first changed files, null where they are not asked for. */
const readFiles = async (round: RepoRound, number: number): Promise<string[] | null> => {
  if (!round.config.hasFiles) return null
  const asking = { url: `${pullUrl(round, number)}/files`, query: {}, isUrgent: false }
  // One page holds as many as are kept.
  for await (const { items } of pagesOf(round.get, asking, null))
    return items.flatMap((item) => textAt(item, 'filename')?.slice(0, MAX_PATH) ?? [])
  return []
}

/** What one pull request says now. */
const pullTurn = async (round: RepoRound, listed: Pull): Promise<Turn> => {
  const { cursor, config, get } = round
  const before = cursor.pulls[listed.number] ?? null
  if (!config.hasReviews) return turnOf({ pulls: listed.pulls, notes: listed.notes })
  try {
    const url = pullUrl(round, listed.number)
    const whole = await getJson(get, url, MAX_PULL_BYTES)
    const pull = readPull(whole, options(round), before)
    const reviews = await readReviews(round, listed.number)
    const files = await readFiles(round, listed.number)
    return turnOf({
      pulls: [...pull.pulls.map((one) => ({ ...one, files })), ...reviews.pulls],
      notes: [...pull.notes, ...reviews.notes],
    })
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer || error instanceof RefusedPayload)) throw error
    const { pulls } = listed
    return turnOf({ pulls, notes: [{ oddity: 'unread-part', detail: error.message }] })
  }
}

const forget = ({ cursor }: RepoRound): void => {
  const remembered = Object.entries(cursor.pulls)
  if (remembered.length <= MAX_REMEMBERED) return
  remembered.sort(([, a], [, b]) => b.updatedAt - a.updatedAt)
  for (const [number] of remembered.slice(MAX_REMEMBERED))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    delete cursor.pulls[number]
}

/** Turns of one repository. */
export async function* pullsTurns(round: RepoRound): AsyncGenerator<Turn> {
  const { cursor, config, now } = round
  const since = cursor.pullsUpTo === 0 ? now - config.horizonMs : cursor.pullsUpTo
  const { pulls, refused } = await changedSince(round, since)
  if (refused.length > 0) yield turnOf({ refused })
  for (const pull of pulls) {
    const turn = await pullTurn(round, pull)
    cursor.pulls[pull.number] = { ...pull.mark, updatedAt: pull.updatedAt }
    cursor.pullsUpTo = Math.max(cursor.pullsUpTo, pull.updatedAt)
    yield turn
  }
  forget(round)
}
