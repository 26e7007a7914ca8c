/** What a repository and an author have done so far, as features read it. Times to merge as log(1 + seconds). */

import { hear, newMean, shrunk, type Mean } from './means.ts'

/** A repository's pull requests so far. `merged` and `closed` count without forgetting. */
export interface RepoPast {
  level: Mean
  fast: Mean
  scale: Mean
  open: number
  merged: number
  closed: number
  lastMergedAt: number | null
}
/** An author's pull requests in one repository so far. */
export interface AuthorPast {
  level: Mean
  fast: Mean
  scale: Mean
  open: number
  opened: number
  merged: number
  closed: number
  lastOpenedAt: number | null
  lastMergedAt: number | null
}

/** What a community starts from: a day and a half, and errors of a factor of five. */
export const START_LEVEL = 10.5
export const START_SCALE = 1.5

/** Shares of the past kept per merged pull request. */
const KEEP = { repo: 0.998, repoFast: 0.93, author: 0.99, authorFast: 0.8, scale: 0.97 }
/** How many pull requests the next wider mean counts for. */
const STRENGTH = { repo: 10, repoFast: 3, author: 5, authorFast: 1, repoScale: 10, authorScale: 8 }

export const newRepoPast = (): RepoPast => ({
  level: newMean(),
  fast: newMean(),
  scale: newMean(),
  open: 0,
  merged: 0,
  closed: 0,
  lastMergedAt: null,
})
export const newAuthorPast = (): AuthorPast => ({
  level: newMean(),
  fast: newMean(),
  scale: newMean(),
  open: 0,
  opened: 0,
  merged: 0,
  closed: 0,
  lastOpenedAt: null,
  lastMergedAt: null,
})

/** Means of log time to merge, from the repository's slow one to the author's fast one. */
export interface Levels {
  readonly repo: number
  readonly repoFast: number
  readonly author: number
  readonly authorFast: number
}
/** Mean log time to merge of a repository, leaning on its community. */
export const levelOf = (repo: RepoPast, community: number): number =>
  shrunk(repo.level, community, STRENGTH.repo)

/** Partial pooling: community, repository, author. */
export const levelsOf = (repo: RepoPast, author: AuthorPast, community: number): Levels => {
  const ofRepo = levelOf(repo, community)
  const ofAuthor = shrunk(author.level, ofRepo, STRENGTH.author)
  return {
    repo: ofRepo,
    repoFast: shrunk(repo.fast, ofRepo, STRENGTH.repoFast),
    author: ofAuthor,
    authorFast: shrunk(author.fast, ofAuthor, STRENGTH.authorFast),
  }
}

/** Mean absolute error of the forecasts of log time so far: how wide the next one must be. */
export const scaleOf = (repo: RepoPast, author: AuthorPast, community: number): number =>
  Math.max(
    0.2,
    shrunk(author.scale, shrunk(repo.scale, community, STRENGTH.repoScale), STRENGTH.authorScale),
  )

/** One more pull request was merged, `logTime` after it was opened; `error` is what its forecast was off, where there was one. */
export const hearMerge = (
  repo: RepoPast,
  author: AuthorPast,
  told: { readonly logTime: number; readonly error: number | null; readonly at: number },
): void => {
  const { logTime, error, at } = told
  hear(repo.level, logTime, KEEP.repo)
  hear(repo.fast, logTime, KEEP.repoFast)
  hear(author.level, logTime, KEEP.author)
  hear(author.fast, logTime, KEEP.authorFast)
  if (error !== null) {
    hear(repo.scale, Math.abs(error), KEEP.repo)
    hear(author.scale, Math.abs(error), KEEP.scale)
  }
  repo.merged += 1
  author.merged += 1
  repo.lastMergedAt = at
  author.lastMergedAt = at
}
