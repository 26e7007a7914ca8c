/**
 * The past of reviewers: how long pull requests took that they were asked to review, or reviewed, beside the others of the
 * repository. Of people named so far, by merges heard so far. They may be named long after the opening, from which all else is
 * learned; so what they add is learned beside it, of what the formula left over, and is nothing until then.
 */

import type { PullEvent } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import { hear, newMean, shrunk, type Mean } from './means.ts'

/** People of one pull request that are looked at. */
const MOST = 10
/** A person's past is some fifty merges, and leans on the repository as if five of its own had been heard. */
const KEEP = 0.98
const STRENGTH = 5

const cellOf = (login: string): string => `reviewer/${login.slice(0, 100)}`
const pastOf = (cells: Cells, login: string): Mean =>
  (cells.get(cellOf(login)) as Mean | undefined) ?? newMean()

/** Whom an event names: who is asked, or who reviewed. */
const namedBy = ({ kind, actor, reviewers }: PullEvent): readonly string[] =>
  (kind === 'reviewed' ? [actor] : (reviewers ?? [])).filter((login) => login !== null)

/** What is kept of reviewers in a pull request: who, and how much longer than usual they take, in log time (0 where nobody is named). */
export interface Reviewed {
  readonly author: string | null
  people: string[]
  reviewPace: number
}

/**
 * Takes whom an event names, and how much longer than usual they take, in log time. Whoever was asked stays named: sources
 * take a name off their list once its review is there. Example: one person, four merges of e times the usual: 4 / (4 + 5).
 */
export const takeReviewers = (
  cells: Cells,
  pull: Reviewed,
  event: PullEvent,
  usual: number,
): void => {
  const named = namedBy(event).filter((login) => login !== pull.author)
  pull.people = [...new Set([...pull.people, ...named])].slice(0, MOST)
  const paces = pull.people.map((login) => shrunk(pastOf(cells, login), usual, STRENGTH) - usual)
  pull.reviewPace = paces.reduce((total, pace) => total + pace, 0) / Math.max(1, paces.length)
}

/** One that they were asked to review was merged, `logTime` after it was opened. */
export const hearReviewed = (cells: Cells, people: readonly string[], logTime: number): void => {
  for (const login of people) {
    const past = pastOf(cells, login)
    hear(past, logTime, KEEP)
    cells.put(cellOf(login), past)
  }
}

/** Decayed sums over merges of a repository: of squared paces, and of paces times what the formula was off. */
export interface ReviewEffect {
  readonly squares: number
  readonly products: number
}
export const NO_EFFECT: ReviewEffect = { squares: 0, products: 0 }
const FORGET = 0.998
const MAX_ERROR = 2.5
/** As if paces with squares of so much had been seen that told nothing: some twenty merges. */
const RIDGE = 12

export const effectAfter = (
  { squares, products }: ReviewEffect,
  pace: number,
  error: number,
): ReviewEffect => ({
  squares: squares * FORGET + pace ** 2,
  products: products * FORGET + pace * Math.min(MAX_ERROR, Math.max(-MAX_ERROR, error)),
})
/** Log time that reviewers of this pace add. Example: squares 12, products 12, pace 1: .5, half of what was seen. */
export const addedBy = ({ squares, products }: ReviewEffect, pace: number): number =>
  pace * Math.max(0, products / (squares + RIDGE))
