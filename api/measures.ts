/** Measures of a subject, and of all subjects together: totals add up. */

import type { CheckpointMeasure, Measure, RuleMeasure } from '../schemas/events.ts'
import { key } from '../schemas/keys.ts'
import type { ViewStore } from '../runtime/ports.ts'
import { CodedError } from '../runtime/errors.ts'

const add = (a: readonly number[], b: readonly number[]): number[] =>
  (a.length >= b.length ? a : b).map((_, index) => (a[index] ?? 0) + (b[index] ?? 0))

/** Rows of both lists, those of one id made into one. */
const joinBy = <T>(
  lists: readonly T[][],
  idOf: (row: T) => unknown,
  join: (a: T, b: T) => T,
): T[] => {
  const joined = new Map<unknown, T>()
  for (const row of lists.flat()) {
    const before = joined.get(idOf(row))
    joined.set(idOf(row), before === undefined ? row : join(before, row))
  }
  return [...joined.values()]
}

const addRules = (a: RuleMeasure, b: RuleMeasure): RuleMeasure => ({
  rule: a.rule,
  stoppedFailing: a.stoppedFailing + b.stoppedFailing,
  stoppedPassing: a.stoppedPassing + b.stoppedPassing,
  savedSeconds: a.savedSeconds + b.savedSeconds,
  burntSeconds: a.burntSeconds + b.burntSeconds,
  strictBurntSeconds: a.strictBurntSeconds + b.strictBurntSeconds,
})
const addCheckpoints = (a: CheckpointMeasure, b: CheckpointMeasure): CheckpointMeasure => ({
  at: a.at,
  n: a.n + b.n,
  brier: a.brier + b.brier,
  baseBrier: a.baseBrier + b.baseBrier,
  logLoss: a.logLoss + b.logLoss,
  binCount: add(a.binCount, b.binCount),
  binForecast: add(a.binForecast, b.binForecast),
  binFailed: add(a.binFailed, b.binFailed),
})

/** Two measures of one window as one. */
export const addMeasures = (a: Measure, b: Measure): Measure => ({
  ...a,
  passing: a.passing + b.passing,
  failing: a.failing + b.failing,
  censored: a.censored + b.censored,
  passingSeconds: a.passingSeconds + b.passingSeconds,
  failedSeconds: a.failedSeconds + b.failedSeconds,
  rules: joinBy([a.rules, b.rules], ({ rule }) => rule, addRules),
  checkpoints: joinBy([a.checkpoints, b.checkpoints], ({ at }) => at, addCheckpoints),
  remainingErrorSeconds: a.remainingErrorSeconds + b.remainingErrorSeconds,
  jenkinsErrorSeconds: a.jenkinsErrorSeconds + b.jenkinsErrorSeconds,
  remainingN: a.remainingN + b.remainingN,
  covered: a.covered + b.covered,
  simulated: a.simulated || b.simulated,
})

export interface MeasureQuery {
  readonly dimension: 'all' | 'community' | 'repo' | 'job'
  readonly subject?: string
  readonly window: '14d' | 'total'
}
export const MEASURE_QUERY = {
  dimension: {
    type: 'string',
    enum: ['all', 'community', 'repo', 'job'],
    default: 'all',
    description:
      'Kind of subject. all: every source together; simulated ones only where there is no other.',
  },
  subject: {
    type: 'string',
    maxLength: 1_000,
    description:
      'Key of the subject: source, source:repo, or source:repo:job; parts escape : as %3A.',
  },
  window: { type: 'string', enum: ['14d', 'total'], default: 'total', description: 'Window.' },
}

/** The measure of no run at all. */
const NOTHING: Measure = {
  eventId: '',
  eventAt: 0,
  observedAt: 0,
  dimension: 'all',
  subject: '',
  window: 'total',
  passing: 0,
  failing: 0,
  censored: 0,
  passingSeconds: 0,
  failedSeconds: 0,
  rules: [],
  checkpoints: [],
  remainingErrorSeconds: 0,
  jenkinsErrorSeconds: 0,
  remainingN: 0,
  covered: 0,
  simulated: false,
}
/** Sources times windows at most: communities come first in the view. */
const MAX_ROWS = 200
const communities = async (views: ViewStore, window: string): Promise<Measure[]> => {
  const rows = await views.list('measures', { limit: MAX_ROWS })
  const all = rows
    .filter(({ key: rowKey }) => rowKey.startsWith('community:'))
    .map(({ json }) => JSON.parse(json) as Measure)
    .filter((measure) => measure.window === window)
  const real = all.filter(({ simulated }) => !simulated)
  return real.length > 0 ? real : all
}

/** The measure asked for; that of all is one of no run at first. Throws `not-found` for a subject without a scored run. */
export const findMeasure = async (views: ViewStore, query: MeasureQuery): Promise<Measure> => {
  const { dimension, subject, window } = query
  if (dimension === 'all') {
    const all = (await communities(views, window)).reduce(addMeasures, NOTHING)
    return { ...all, dimension, subject: '', window }
  }
  if (subject === undefined)
    throw new CodedError('invalid-parameter', `subject is missing: which ${dimension}?`)
  const json = await views.get('measures', key(dimension, subject, window))
  if (json === undefined)
    throw new CodedError('not-found', `no run of ${dimension} ${subject} has been scored yet`)
  return JSON.parse(json) as Measure
}
