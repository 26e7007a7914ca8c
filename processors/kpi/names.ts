/**
 * Ids of the counters, as they are stored and sent in `ci.kpi-partials.v1` (docs/kpis.md has the table).
 * An id never changes its meaning: state that was written with it lives on. New scalars go to the end of their list.
 */

import type { Outcome } from '../../schemas/events.ts'
import { add, placeOf, type Counters } from './counters.ts'

const RUN_SCALARS = [
  'late',
  'end/unknown',
  'end/success',
  'end/failure',
  'end/error',
  'end/timedOut',
  'end/aborted',
  'end/skipped',
  'timed',
  'ms/used',
  'ms/lost',
  'sq/used',
  'sq/lost',
  'fix/streaks',
  'fix/runs',
  'fix/runs2',
  'fix/ms',
  'fix/min2',
] as const
const SCORE_SCALARS = [
  'score/passing',
  'score/failing',
  'score/censored',
  'score/passingMs',
  'score/failingMs',
  'score/remaining/n',
  'score/remaining/errorMs',
  'score/remaining/jenkinsMs',
  'score/remaining/covered',
  'score/skill/own2',
  'score/skill/both',
  'score/skill/base2',
  'score/unseenPasses',
] as const
type Scalar = (typeof RUN_SCALARS)[number] | (typeof SCORE_SCALARS)[number]

const SCORES = 10_000
const CHECKS = 20_000
const RULES = 1_000_000
const OPEN = 100_000_000

/** Ids of the scalars by name. */
export const ID = Object.fromEntries([
  ...RUN_SCALARS.map((name, index) => [name, index] as const),
  ...SCORE_SCALARS.map((name, index) => [name, SCORES + index] as const),
]) as Readonly<Record<Scalar, number>>

/** First bucket of each histogram; a bucket's id is this plus the bucket. */
export const HISTOGRAMS = { pass: 1000, fail: 2000, queue: 3000, gap: 4000 } as const
export type HistogramName = keyof typeof HISTOGRAMS
/** 1.05^284 s is 12 days: longer ones share the last bucket. */
export const BUCKETS = 285

/** Counters of one checkpoint: scalars, then three per bin. */
const PER_CHECK = 100
const FIRST_BIN = 10
const BIN_FIELDS = 3
/** Bins of pFail, of equal width. */
export const BINS = 20
/** First id of a checkpoint; `percent` of the median passing duration, below 1000. */
export const checkId = (percent: number): number => CHECKS + percent * PER_CHECK
export const CHECK = { n: 0, brier: 1, base: 2, loss: 3 } as const
export const binId = (percent: number, bin: number): number =>
  checkId(percent) + FIRST_BIN + bin * BIN_FIELDS
export const BIN = { n: 0, p: 1, failed: 2 } as const

/** Counters of one rule, by its place in the subject's list of rules. */
const PER_RULE = 8
export const RULE = {
  n: 0,
  stoppedFailing: 1,
  stoppedPassing: 2,
  savedMs: 3,
  burntMs: 4,
  strictMs: 5,
} as const
export const ruleId = (index: number): number => RULES + index * PER_RULE

/** Runs in flight that started in a minute since the epoch. */
export const openId = (minute: number): number => OPEN + minute
export const minuteOf = (id: number): number => id - OPEN

/** Place of the first counter of runs in flight, which are the last. */
export const openFrom = (counters: Readonly<Counters>): number => placeOf(counters, OPEN)
/** Place of the first counter of scores; before it are those of runs. */
export const scoresFrom = (counters: Readonly<Counters>): number => placeOf(counters, SCORES)
export const percentOf = (id: number): number | null =>
  id < CHECKS || id >= RULES ? null : Math.floor((id - CHECKS) / PER_CHECK)

/** Ids of outcomes: looked up for every rate of every record. */
export const END_ID: Readonly<Record<Outcome, number>> = {
  unknown: ID['end/unknown'],
  success: ID['end/success'],
  failure: ID['end/failure'],
  error: ID['end/error'],
  timedOut: ID['end/timedOut'],
  aborted: ID['end/aborted'],
  skipped: ID['end/skipped'],
}

/** Place of a rule among the subject's, added at the end where it is new. */
export const indexOfRule = (rule: string, rules: string[]): number => {
  const at = rules.indexOf(rule)
  return at < 0 ? rules.push(rule) - 1 : at
}

/** True where any counter is a rule's. */
export const rulesIn = (counters: Readonly<Counters>): boolean => {
  const at = placeOf(counters, RULES)
  return at < counters.length && (counters[at] ?? 0) < OPEN
}
/** The same counters, of rules that lie at other places in `into`; rules new to it are added. */
export const withRulesOf = (
  counters: Readonly<Counters>,
  from: readonly string[],
  into: string[],
): Counters => {
  if (from.every((rule, place) => rule === into[place])) return [...counters]
  const moved: Counters = []
  for (let at = 0; at < counters.length; at += 2) {
    const id = counters[at] ?? 0
    const index = id < RULES || id >= OPEN ? -1 : Math.floor((id - RULES) / PER_RULE)
    const place = index < 0 ? -1 : indexOfRule(from[index] ?? '', into)
    add(moved, id + (place - index) * PER_RULE, counters[at + 1] ?? 0)
  }
  return moved
}
