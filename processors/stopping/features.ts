/**
 * What a model is asked about a running run at an instant: the one place where its features are made, for training and for
 * forecasts alike. They hold no absolute size of a job where a relative one says the same, so that they mean the same in jobs
 * that were never seen. Unknown is NaN. Pure.
 */

import type { Seen } from './forecast.ts'
import { SLOWEST } from './rates.ts'
import type { Known } from './refine.ts'
import { sane } from './refine.ts'
import { logOdds } from './odds.ts'
import type { RunningRun } from './state.ts'
import type { View } from './view.ts'

/** What features are made of. */
export interface Instant {
  readonly run: RunningRun
  readonly view: View
  readonly seen: Seen
  readonly known: Known
  /** The formula's chance to fail at this instant. */
  readonly formula: number
}
interface Feature {
  readonly name: string
  readonly doc: string
  of(instant: Instant): number
}

const odds = (p: number): number => logOdds(sane(p))
/** Only what floats can hold bounds the formula itself. */
const unclipped = (p: number): number => logOdds(Math.min(1 - 1e-6, Math.max(1e-6, p)))
const signedLog = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value))
const share = (value: number | null, of: number | null): number =>
  value === null || of === null || of === 0 ? NaN : value / of
const FASTEST = 0
const expert = ({ view }: Instant, at: number): number => odds(view.basis.rates[at]?.rate ?? 0.5)
const outcome = ({ view }: Instant, back: number): number => {
  const failed = view.history.recent[back]
  return failed === undefined ? NaN : Number(failed)
}
const failedOf = ({ view }: Instant, runs: number): number => {
  const last = view.history.recent.slice(0, runs)
  return last.length === 0 ? NaN : last.filter(Boolean).length / last.length
}
const isPull = ({ run }: Instant): number =>
  run.change === null ? NaN : Number(run.change.startsWith('#'))

/** THE table of features; the first is what a model's answer is added to. */
export const FEATURES: readonly Feature[] = [
  { name: 'formula', doc: 'Log odds of the formula now.', of: ({ formula }) => unclipped(formula) },
  { name: 'start', doc: 'Log odds before the run began.', of: ({ seen }) => odds(seen.rate) },
  { name: 'rate', doc: 'Log odds by the job alone.', of: ({ view }) => odds(view.basis.rate) },
  { name: 'pooled', doc: 'Log odds of its pool.', of: ({ view }) => odds(view.basis.pooled) },
  { name: 'fastest', doc: 'Log odds by the last two runs.', of: (at) => expert(at, FASTEST) },
  { name: 'slowest', doc: 'Log odds by many runs.', of: (at) => expert(at, SLOWEST) },
  {
    name: 'streak',
    doc: 'Failures (+) or passes (−) in a row, log.',
    of: ({ known }) => signedLog(known.streak),
  },
  { name: 'last', doc: '1 where the last run failed.', of: (at) => outcome(at, 0) },
  { name: 'lastButOne', doc: '1 where the one before failed.', of: (at) => outcome(at, 1) },
  { name: 'failedOf5', doc: 'Share that failed of the last five.', of: (at) => failedOf(at, 5) },
  {
    name: 'failedOf30',
    doc: 'Share that failed of the last thirty.',
    of: (at) => failedOf(at, 30),
  },
  {
    name: 'runs',
    doc: 'Runs remembered, at most 30.',
    of: ({ view }) => view.history.recent.length,
  },
  {
    name: 'changeRuns',
    doc: 'Decayed runs on the same change.',
    of: ({ known }) => known.changeRuns,
  },
  {
    name: 'changeFailed',
    doc: 'Share of them that failed.',
    of: ({ known }) => share(known.changeFailures, known.changeRuns),
  },
  { name: 'isPull', doc: '1 on a pull request.', of: isPull },
  {
    name: 'isRetry',
    doc: '1 from the second attempt on.',
    of: ({ known }) => Number(known.isRetry),
  },
  {
    name: 'siblings',
    doc: 'Failures of siblings beyond those expected, log.',
    of: ({ known }) => signedLog(known.siblings),
  },
  {
    name: 'strain',
    doc: 'How much worse its community fares than forecast.',
    of: ({ known }) => known.strain,
  },
  {
    name: 'age',
    doc: 'Age over the median passing duration.',
    of: ({ seen, view }) => share(seen.elapsedSeconds, view.basis.medianPass),
  },
  {
    name: 'ageOfFailing',
    doc: 'Age over the median failing duration.',
    of: ({ seen, view }) => share(seen.elapsedSeconds, view.basis.medianFail),
  },
  {
    name: 'ageOfLongest',
    doc: 'Age over what 99 in 100 do not outlast.',
    of: ({ seen, view }) => seen.elapsedSeconds / view.basis.hungSeconds,
  },
  {
    name: 'passAlive',
    doc: 'Share of passing runs that last so long.',
    of: ({ seen, view }) => view.basis.pass.lasting.at(seen.elapsedSeconds),
  },
  {
    name: 'failAlive',
    doc: 'Share of failing runs that last so long.',
    of: ({ seen, view }) => view.basis.fail.lasting.at(seen.elapsedSeconds),
  },
  {
    name: 'sinceLast',
    doc: 'Seconds from the last end of a run of the job to its start, log.',
    of: ({ run, view }) =>
      view.history.lastEndAt === 0
        ? NaN
        : signedLog((run.startedAt - view.history.lastEndAt) / 1000),
  },
  {
    name: 'sign',
    doc: 'Chance to fail by the failed steps.',
    of: ({ seen }) => seen.sign?.p ?? NaN,
  },
  {
    name: 'signRuns',
    doc: 'Runs which that rests on, log.',
    of: ({ seen }) => Math.log1p(seen.sign?.runs ?? NaN),
  },
  { name: 'signs', doc: 'Failed steps.', of: ({ run }) => run.signs.length },
  {
    name: 'sinceSign',
    doc: 'Time since the first of them over the median passing duration.',
    of: ({ seen, view }) =>
      seen.signSeconds === null
        ? NaN
        : share(seen.elapsedSeconds - seen.signSeconds, view.basis.medianPass),
  },
  {
    name: 'harmless',
    doc: 'Share of runs with a failed step that pass.',
    of: ({ view }) => view.harmless,
  },
  {
    name: 'surplus',
    doc: 'Failures forecast of late beyond those that happened.',
    of: ({ view }) => view.history.guard.surplus,
  },
]
export const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name)

/** The features of an instant, as a model takes them. */
export const featuresOf = (instant: Instant): Float32Array => {
  const values = new Float32Array(FEATURES.length)
  for (let i = 0; i < values.length; i += 1) values[i] = FEATURES[i]?.of(instant) ?? NaN
  return values
}
