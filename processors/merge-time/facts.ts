/** What an event tells of a pull request. The newest of what was told stands, whatever the order of hearing. */

import type { PullEvent } from '../../schemas/events.ts'
import type { PullFacts } from './features.ts'
import { isTelling, type OpenState } from './signs.ts'
import type { PullState, Review } from './state.ts'

/** First heard of so long after it was opened, what it is now may not be what it was then. */
const LATE_MS = 3_600_000
const MAX_TITLE = 200
const DOCUMENTS = /(^|\/)(docs?|documentation)\/|\.(md|rst|adoc|txt)$/i

const documentsOf = (files: readonly string[] | null): number | null =>
  files === null || files.length === 0
    ? null
    : files.filter((file) => DOCUMENTS.test(file)).length / files.length

type Told = Omit<PullFacts, 'openedAt'> &
  Pick<OpenState, 'labels' | 'autoMerge' | 'mergeState'> & { readonly sha: string | null }
const toldBy = (event: PullEvent): Told => ({
  author: event.author,
  sha: event.sha,
  draft: event.draft,
  base: event.base,
  association: event.authorAssociation,
  title: event.title?.slice(0, MAX_TITLE) ?? null,
  titleWords: event.titleWords,
  bodyWords: event.bodyWords,
  additions: event.additions,
  deletions: event.deletions,
  changedFiles: event.changedFiles,
  reviewers: event.reviewers?.length ?? null,
  documents: documentsOf(event.files),
  labels: event.labels.filter(isTelling),
  autoMerge: event.autoMerge,
  mergeState: event.mergeState,
})

/** A pull request as its first event tells of it. */
export const pullOf = (event: PullEvent, openedAt: number): PullState => {
  const told = toldBy(event)
  const isLate = event.observedAt - openedAt > LATE_MS
  const unsure = { additions: null, deletions: null, changedFiles: null, reviewers: null }
  return {
    ...told,
    ...(isLate ? { ...unsure, documents: null } : {}),
    pull: event.pull,
    phase: 'open',
    openedAt,
    endedAt: null,
    sinceAt: event.kind === 'reopened' ? event.eventAt : openedAt,
    checks: [],
    people: [],
    reviewPace: 0,
    review: null,
    factAt: event.eventAt,
    factId: event.eventId,
    reviewAt: 0,
    reviewId: '',
    x: [],
    location: 0,
    formula: 0,
    word: null,
    scale: 1,
    watchedZ: Number.NEGATIVE_INFINITY,
    looks: [],
  }
}

const isNewer = (at: number, id: string, thanAt: number, thanId: string): boolean =>
  at > thanAt || (at === thanAt && id > thanId)

/** Takes what an event tells; true where that is new. A review tells of itself, all else of the pull request. */
export const take = (pull: PullState, event: PullEvent): boolean =>
  event.kind === 'reviewed' ? takeReview(pull, event) : takeFacts(pull, event)

/** Takes a review, also one that is heard before its pull request; true where it is the newest. */
export const takeReview = (pull: Review, { eventAt, eventId, review }: PullEvent): boolean => {
  if (!isNewer(eventAt, eventId, pull.reviewAt, pull.reviewId)) return false
  pull.reviewAt = eventAt
  pull.reviewId = eventId
  // A comment leaves a verdict as it is.
  const keeps = review === 'commented' && pull.review !== null
  if (!keeps) pull.review = review === 'dismissed' ? null : (review ?? 'commented')
  return true
}

const takeFacts = (pull: PullState, event: PullEvent): boolean => {
  if (!isNewer(event.eventAt, event.eventId, pull.factAt, pull.factId)) return false
  pull.factAt = event.eventAt
  pull.factId = event.eventId
  if (event.kind === 'reopened') pull.sinceAt = Math.max(pull.sinceAt, event.eventAt)
  const { labels, sha, ...told } = toldBy(event)
  for (const [name, value] of Object.entries(told))
    if (value !== null) (pull as unknown as Record<string, unknown>)[name] = value
  pull.labels = labels
  if (sha !== null && sha !== pull.sha) {
    pull.sha = sha
    pull.checks = []
  }
  return true
}
