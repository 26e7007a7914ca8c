/**
 * THE table of features: one row is one number that speaks about how long a pull request will take, as it was at the
 * instant of the forecast. What is not known says 0, the value of an ordinary pull request; nothing here is ever a final value.
 */

import type { AuthorPast, Levels, RepoPast } from './past.ts'
import { START_LEVEL } from './past.ts'

/** What is known of the pull request itself. */
export interface PullFacts {
  readonly author: string | null
  readonly openedAt: number
  readonly draft: boolean | null
  readonly base: string | null
  readonly association: string | null
  readonly titleWords: number | null
  readonly bodyWords: number | null
  readonly title: string | null
  readonly additions: number | null
  readonly deletions: number | null
  readonly changedFiles: number | null
  readonly reviewers: number | null
  readonly documents: number | null
}
export interface Known {
  readonly facts: PullFacts
  readonly levels: Levels
  readonly repo: RepoPast
  readonly author: AuthorPast
}
interface Named {
  /** In words, for people. */
  readonly name: string
  /** Weight where a community starts, in log time; how far it may be off is the same for all but the level. */
  readonly start?: number
}
interface Feature<K> extends Named {
  readonly of: (known: K) => number
}

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
/** The epoch was a Thursday. */
const EPOCH_WEEKDAY = 4

const log = (value: number | null, usual: number): number =>
  value === null ? 0 : Math.log1p(value) - usual
const isTrue = (value: boolean | null): number => (value === true ? 1 : 0)
const wave = (openedAt: number, periodHours: number): number =>
  (2 * Math.PI * ((openedAt / HOUR_MS) % periodHours)) / periodHours
const weekday = (openedAt: number): number =>
  (Math.floor(openedAt / HOUR_MS / DAY_HOURS) + EPOCH_WEEKDAY) % 7
const isOn = (openedAt: number, day: number): number => isTrue(weekday(openedAt) === day)
/** Log hours since; `never` where it never was. */
const since = (now: number, then: number | null, usual: number, never: number): number =>
  then === null ? never : Math.log1p(Math.max(0, now - then) / HOUR_MS) - usual
const has = (title: string | null, words: RegExp): number => isTrue(words.test(title ?? ''))
const isOf = (association: string | null, ...names: readonly string[]): number =>
  isTrue(association !== null && names.includes(association))
/** Merged share of the author's pull requests; some always are, so that newcomers are not off the scale. */
const mergedShare = ({ merged, opened }: AuthorPast): number =>
  opened === 0 ? 0 : (merged + 1) / (opened + 1.5) - 0.7
const lines = ({ additions, deletions }: PullFacts): number | null =>
  additions === null && deletions === null ? null : (additions ?? 0) + (deletions ?? 0)

/** Of the past of repository and author, as it was when the pull request was opened. */
const OF_PAST: readonly Feature<Known>[] = [
  { name: 'level', of: () => 1, start: START_LEVEL },
  { name: 'repository', of: ({ levels }) => levels.repo - START_LEVEL, start: 0.8 },
  { name: 'repository lately', of: ({ levels }) => levels.repoFast - levels.repo, start: 0.3 },
  { name: 'author', of: ({ levels }) => levels.author - levels.repo, start: 0.8 },
  { name: 'author lately', of: ({ levels }) => levels.authorFast - levels.author, start: 0.3 },
  { name: 'author merged before', of: ({ author }) => log(author.merged, 2) },
  { name: 'first of its author', of: ({ author }) => isTrue(author.merged === 0) },
  {
    name: 'author well known',
    of: ({ author, levels }) => 0.3 * (levels.author - levels.repo) * log(author.merged, 2),
  },
  { name: 'open by the author', of: ({ author }) => log(author.open, 0) },
  { name: 'open in the repository', of: ({ repo }) => log(repo.open, 2) },
  {
    name: 'since the author last opened one',
    of: ({ facts, author }) => since(facts.openedAt, author.lastOpenedAt, 3, 2),
  },
  {
    name: 'since the author last merged one',
    of: ({ facts, author }) => since(facts.openedAt, author.lastMergedAt, 3, 2),
  },
  {
    name: 'since the repository last merged one',
    of: ({ facts, repo }) => since(facts.openedAt, repo.lastMergedAt, 1, 0),
  },
  { name: 'merged share of the author', of: ({ author }) => mergedShare(author) },
]
/** Of the pull request itself: renewed when it changes. */
const OF_FACTS: readonly Feature<PullFacts>[] = [
  { name: 'hour of day', of: (facts) => Math.sin(wave(facts.openedAt, DAY_HOURS)) },
  { name: 'hour of day', of: (facts) => Math.cos(wave(facts.openedAt, DAY_HOURS)) },
  { name: 'hour of day', of: (facts) => Math.sin(wave(facts.openedAt, DAY_HOURS / 2)) },
  { name: 'hour of day', of: (facts) => Math.cos(wave(facts.openedAt, DAY_HOURS / 2)) },
  { name: 'opened on a Friday', of: (facts) => isOn(facts.openedAt, 5) },
  { name: 'opened on a Saturday', of: (facts) => isOn(facts.openedAt, 6) },
  { name: 'opened on a Sunday', of: (facts) => isOn(facts.openedAt, 0) },
  { name: 'draft', of: (facts) => isTrue(facts.draft), start: 0.3 },
  { name: 'words in the title', of: (facts) => log(facts.titleWords, 2) },
  { name: 'words in the body', of: (facts) => log(facts.bodyWords, 3) },
  { name: 'no body', of: (facts) => isTrue(facts.bodyWords === 0) },
  { name: 'a contributor', of: (facts) => isOf(facts.association, 'CONTRIBUTOR') },
  {
    name: 'a newcomer',
    of: (facts) => isOf(facts.association, 'NONE', 'FIRST_TIMER', 'FIRST_TIME_CONTRIBUTOR'),
  },
  {
    name: 'a member',
    of: (facts) => isOf(facts.association, 'MEMBER', 'OWNER', 'COLLABORATOR'),
  },
  {
    name: 'not into the main branch',
    of: (facts) => isTrue(facts.base !== null && !/^(main|master|trunk)$/.test(facts.base)),
  },
  { name: 'lines added', of: (facts) => log(facts.additions, 3) },
  { name: 'lines deleted', of: (facts) => log(facts.deletions, 2) },
  { name: 'files', of: (facts) => log(facts.changedFiles, 1.3) },
  { name: 'many files', of: (facts) => log(facts.changedFiles, 1.3) ** 2 },
  { name: 'lines', of: (facts) => log(lines(facts), 4) ** 2 / 4 },
  { name: 'many lines', of: (facts) => Math.max(0, log(lines(facts), 5)) },
  { name: 'documents only', of: (facts) => facts.documents ?? 0 },
  { name: 'a fix', of: (facts) => has(facts.title, /\b(fix|bug|hotfix|typo)/i) },
  { name: 'a bump', of: (facts) => has(facts.title, /\b(bump|upgrade|update .* to|deps)\b/i) },
  { name: 'a revert', of: (facts) => has(facts.title, /\brevert/i) },
  {
    name: 'work in progress',
    of: (facts) => has(facts.title, /\b(wip|do not merge|draft)\b/i),
  },
  { name: 'a robot', of: (facts) => isTrue(facts.author?.endsWith('[bot]') ?? null) },
  { name: 'reviews asked for', of: (facts) => log(facts.reviewers, 0.5) },
]
export const FEATURES: readonly Named[] = [...OF_PAST, ...OF_FACTS]

export const START_WEIGHTS: readonly number[] = FEATURES.map(({ start }) => start ?? 0)
/** How far a weight may be off at the start: the level by a factor of three, an effect by a fifth of it. */
export const START_VARIANCES: readonly number[] = FEATURES.map((_, i) => (i === 0 ? 0.3 : 0.05))

/** Features when a pull request is first heard of. */
export const featuresOf = (known: Known): number[] => [
  ...OF_PAST.map(({ of }) => of(known)),
  ...OF_FACTS.map(({ of }) => of(known.facts)),
]
/** Features after something about it changed: its past stays as it was. */
export const renewed = (x: readonly number[], facts: PullFacts): number[] => [
  ...x.slice(0, OF_PAST.length),
  ...OF_FACTS.map(({ of }) => of(facts)),
]
