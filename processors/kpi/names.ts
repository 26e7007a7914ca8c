/**
 * Ids of the counters, as they are stored, and their names, as other services read them in `ci.kpi-partials.v1`.
 * An id never changes its meaning: state that was written with it lives on. New scalars go to the end of their list.
 */

import type { Outcome } from '../../schemas/events.ts'
import { placeOf, type Counters } from './counters.ts'

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
const SCALAR_NAMES = new Map<number, string>(Object.entries(ID).map(([name, id]) => [id, name]))

/** First bucket of each histogram; a bucket's id is this plus the bucket. */
export const HISTOGRAMS = { pass: 1000, fail: 2000, queue: 3000, gap: 4000 } as const
export type HistogramName = keyof typeof HISTOGRAMS
/** 1.05^284 s is 12 days: longer ones share the last bucket. */
export const BUCKETS = 285

/** Counters of one checkpoint: scalars, then three per bin. */
const CHECK_FIELDS = ['n', 'brier', 'base', 'loss'] as const
const BIN_FIELDS = ['n', 'p', 'failed'] as const
const PER_CHECK = 100
const FIRST_BIN = 10
/** Bins of pFail, of equal width. */
export const BINS = 20
/** First id of a checkpoint; `percent` of the median passing duration, below 1000. */
export const checkId = (percent: number): number => CHECKS + percent * PER_CHECK
export const CHECK = { n: 0, brier: 1, base: 2, loss: 3 } as const
export const binId = (percent: number, bin: number): number =>
  checkId(percent) + FIRST_BIN + bin * BIN_FIELDS.length
export const BIN = { n: 0, p: 1, failed: 2 } as const

/** Counters of one rule, by its place in the subject's list of rules. */
const RULE_FIELDS = [
  'n',
  'stoppedFailing',
  'stoppedPassing',
  'savedMs',
  'burntMs',
  'strictMs',
] as const
const PER_RULE = 8
const RULE_NAME = 'score/rule/'
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

/** Name of a counter; `rules` are the subject's. */
export const nameOf = (id: number, rules: readonly string[]): string => {
  if (id >= OPEN) return `open/${minuteOf(id)}`
  if (id >= RULES) {
    const field = RULE_FIELDS[(id - RULES) % PER_RULE] ?? ''
    return `${RULE_NAME}${field}/${rules[Math.floor((id - RULES) / PER_RULE)] ?? ''}`
  }
  let name = SCALAR_NAMES.get(id)
  if (name === undefined)
    SCALAR_NAMES.set(id, (name = id >= CHECKS ? checkName(id) : bucketName(id)))
  return name
}
const checkName = (id: number): string => {
  const percent = percentOf(id) ?? 0
  const field = id - checkId(percent)
  if (field < FIRST_BIN) return `score/at/${percent}/${CHECK_FIELDS[field] ?? ''}`
  const bin = Math.floor((field - FIRST_BIN) / BIN_FIELDS.length)
  return `score/at/${percent}/bin/${bin}/${BIN_FIELDS[(field - FIRST_BIN) % BIN_FIELDS.length] ?? ''}`
}
const bucketName = (id: number): string => {
  const name = (Object.keys(HISTOGRAMS) as HistogramName[]).findLast((of) => HISTOGRAMS[of] <= id)
  return `${name ?? ''}/${id - HISTOGRAMS[name ?? 'pass']}`
}

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

const idsByName = new Map<string, number>(Object.entries(ID))

/** Id of a name, −1 for a name of no counter; a rule not yet in `rules` is added to them. */
export const idOf = (name: string, rules: string[]): number => {
  const known = idsByName.get(name)
  if (known !== undefined) return known
  if (name.startsWith(RULE_NAME)) return ruleIdOf(name, rules)
  const [kind = '', first = '', second = '', third = '', fourth, fifth] = name.split('/')
  if (kind === 'open') return openId(Number(first))
  const id =
    first === 'at'
      ? checkOrBinId(Number(second), third, Number(fourth), fifth ?? '')
      : kind in HISTOGRAMS
        ? HISTOGRAMS[kind as HistogramName] + Number(first)
        : -1
  idsByName.set(name, id)
  return id
}
const ruleIdOf = (name: string, rules: string[]): number => {
  const slash = name.indexOf('/', RULE_NAME.length)
  const told = name.slice(RULE_NAME.length, slash)
  const field = RULE_FIELDS.findIndex((of) => of === told)
  return field < 0 ? -1 : ruleId(indexOfRule(name.slice(slash + 1), rules)) + field
}
const checkOrBinId = (percent: number, field: string, bin: number, binField: string): number =>
  field === 'bin'
    ? binId(percent, bin) + BIN_FIELDS.findIndex((of) => of === binField)
    : checkId(percent) + CHECK_FIELDS.findIndex((of) => of === field)

/** Place of a rule among the subject's, added at the end where it is new. */
export const indexOfRule = (rule: string, rules: string[]): number => {
  const at = rules.indexOf(rule)
  return at < 0 ? rules.push(rule) - 1 : at
}
