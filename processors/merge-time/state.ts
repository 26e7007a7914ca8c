/** State of the merge-time processor: of a repository, its authors, and one cell per pull request. */

import type { PullEvent } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'
import { newLifeTable, type LifeTable } from './life-table.ts'
import type { Linear } from './linear.ts'
import { newModel, type Model, type Start } from './model.ts'
import { newAuthorPast, newRepoPast, type AuthorPast, type RepoPast } from './past.ts'
import type { PullFacts } from './features.ts'
import { NO_EFFECT, type Reviewed, type ReviewEffect } from './reviewers.ts'
import { NO_LEAD, type Lead } from './trained.ts'
import { newEffects, type Effects, type OpenState } from './signs.ts'

export interface RepoState {
  past: RepoPast
  table: LifeTable
  effects: Effects
  /** Decayed merges by log time, of which the deciles are read. */
  times: number[]
  /** How right a trained model was here beside the formula. */
  lead: Lead
  reviewing: ReviewEffect
}
/** What was forecast at an instant, kept for the score. */
interface Look {
  elapsedSeconds: number
  pMerge: number
  p10: number
  p50: number
  p90: number
}
/** Which open pull request has this commit as its newest. */
export interface Head {
  readonly pull: number
}
export const headCell = (sha: string): string => `head/${sha.slice(0, 64)}`
type Mutable<T> = { -readonly [K in keyof T]: T[K] }
export interface PullState extends Mutable<PullFacts & OpenState & Reviewed> {
  pull: number
  phase: 'open' | 'merged' | 'closed'
  endedAt: number | null
  /** When it was opened or, after an end, reopened: an end before that is none. */
  sinceAt: number
  sha: string | null
  /** The newest fact about it, which wins over older ones. */
  factAt: number
  factId: string
  reviewAt: number
  reviewId: string
  /** Features as they were when it was first heard of; what is learned is learned from these. */
  x: number[]
  location: number
  /** Of the location what the formula said, and what a trained model would have added to it. */
  formula: number
  word: { model: string; shift: number } | null
  scale: number
  /** Up to where on its own scale it was watched. */
  watchedZ: number
  looks: Look[]
}

export const pullCell = (pull: number): string => `pull/${pull}`
const authorCell = (login: string): string => `author/${login.slice(0, 100)}`
const EARLY = 'early/'
export const earlyCell = (pull: number): string => `${EARLY}${pull}`
/** Whether a timer is that of a review which was heard before its pull request. */
export const isEarly = (timer: string): boolean => timer.startsWith(EARLY)
export type Review = Pick<PullState, 'review' | 'reviewAt' | 'reviewId'>
const ENDED_PER_CELL = 512
const endedCell = (pull: number): string => `ended/${Math.floor(pull / ENDED_PER_CELL)}`

export const repoOf = (cells: Cells): RepoState =>
  (cells.get('repo') as RepoState | undefined) ?? {
    past: newRepoPast(),
    table: newLifeTable(),
    effects: newEffects(),
    times: [],
    lead: NO_LEAD,
    reviewing: NO_EFFECT,
  }
/** An author that nobody knows has no past, and leaves none. */
export const authorOf = (cells: Cells, login: string | null): AuthorPast =>
  (login === null ? undefined : (cells.get(authorCell(login)) as AuthorPast | undefined)) ??
  newAuthorPast()
export const putAuthor = (cells: Cells, login: string | null, past: AuthorPast): void => {
  if (login !== null) cells.put(authorCell(login), past)
}

/** The repository's own model; until one of its pull requests has ended, that of its start. */
export const modelOf = (cells: Cells, { table }: RepoState, start: Start): Model => {
  const location = cells.get('location') as Linear | undefined
  const outcome = cells.get('outcome') as Linear | undefined
  return location === undefined || outcome === undefined
    ? { ...newModel(start), table }
    : { location, outcome, table }
}
export const putModel = (cells: Cells, { location, outcome }: Model): void => {
  cells.put('location', location)
  cells.put('outcome', outcome)
}

interface Ended {
  pulls: number[]
}
/** Numbers of pull requests that ended and were forgotten, so that a late repeat does not open them again. */
export const isForgotten = (cells: Cells, pull: number): boolean =>
  (cells.get(endedCell(pull)) as Ended | undefined)?.pulls.includes(pull) === true
export const forget = (cells: Cells, pull: number): void => {
  const { pulls } = (cells.get(endedCell(pull)) as Ended | undefined) ?? { pulls: [] }
  if (!pulls.includes(pull)) cells.put(endedCell(pull), { pulls: [...pulls, pull] })
  cells.delete(pullCell(pull))
}

/** When it was opened; null where the event does not tell. */
export const openedAtOf = ({ kind, openedAt, eventAt }: PullEvent): number | null =>
  openedAt ?? (kind === 'opened' ? eventAt : null)
