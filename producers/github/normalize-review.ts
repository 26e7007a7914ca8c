/** Reviews of pull requests to facts. */

import type { ReviewState } from '../../schemas/events.ts'
import { noteFields, type Note } from '../payload/heard.ts'
import { jsonOf, nameAt, textAt } from '../payload/json.ts'
import { pullFact } from '../payload/pulls.ts'
import { timesOf } from '../payload/times.ts'
import { REVIEW_FIELDS } from './fields.ts'
import { wordsAt, type PullOptions, type PullReading } from './normalize-pull.ts'

/** THE table of the states of reviews; deliveries write them in lower case. */
const STATES: ReadonlyMap<string, ReviewState> = new Map([
  ['approved', 'approved'],
  ['changes_requested', 'changesRequested'],
  ['commented', 'commented'],
  ['dismissed', 'dismissed'],
])

const stateNoted = (word: string | null, notes: Note[]): ReviewState => {
  const state = STATES.get(word?.toLowerCase() ?? '')
  if (state !== undefined) return state
  if (word !== null) notes.push({ oddity: 'unknown-word', detail: `review ${word.slice(0, 80)}` })
  return 'unknown'
}

/**
 * A review of a pull request; one that was begun and not submitted says nothing. Of the pull request itself it tells nothing.
 * Throws a RefusedPayload.
 */
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
  const word = textAt(json, 'state')
  const review = stateNoted(word, notes)
  const more = {
    sha: textAt(json, 'commit_id'),
    actor: textAt(json, 'user', 'login'),
    actorAssociation: textAt(json, 'author_association'),
    review,
    rawReview: word,
    bodyWords: wordsAt(json, 'body'),
  }
  // A dismissal is news of a review that was told before.
  const idParts = review === 'dismissed' ? [id, 'dismissed'] : [id]
  const told = { eventAt, observedAt }
  return { pulls: [pullFact({ source, repo, pull }, 'reviewed', told, more, ...idParts)], notes }
}
