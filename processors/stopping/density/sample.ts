/** The newest durations of a job by class: what the density baselines are fitted on. Bounded, and plain enough for a cell. */

import { MIN_DURATIONS } from './fit.ts'

/** Durations kept of each class: a year of a nightly job, and some kilobytes. */
export const KEPT_DURATIONS = 400
/** Durations are kept in tenths of a second. */
const PER_SECOND = 10
/** The largest Avro int. */
const LARGEST = 2 ** 31 - 1
/** A class that grew by less than this share of what a fit saw would hardly move it. */
const REFIT_GROWTH = 0.2

export interface Counts {
  passes: number
  failures: number
}

export interface DurationSample {
  /** Tenths of a second, oldest first. */
  pass: number[]
  fail: number[]
  /** Durations ever added of each class. */
  seen: Counts
  /** The same at the last fit. */
  fitted: Counts
}

const counts = (name: string): object => ({
  type: 'record',
  name,
  fields: [
    { name: 'passes', type: 'int' },
    { name: 'failures', type: 'int' },
  ],
})

/** Avro schema of a sample, for a cell. */
export const durationSampleSchema = {
  type: 'record',
  name: 'DurationSample',
  fields: [
    { name: 'pass', type: { type: 'array', items: 'int' } },
    { name: 'fail', type: { type: 'array', items: 'int' } },
    { name: 'seen', type: counts('SeenCounts') },
    { name: 'fitted', type: counts('FittedCounts') },
  ],
}

export const emptySample = (): DurationSample => ({
  pass: [],
  fail: [],
  seen: { passes: 0, failures: 0 },
  fitted: { passes: 0, failures: 0 },
})

/** Adds a duration in seconds in place, dropping the oldest of its class beyond 400. Example: 12.34 s is kept as 123. */
export const addToSample = (
  sample: DurationSample,
  failed: boolean,
  seconds: number,
  most = KEPT_DURATIONS,
): void => {
  if (!(seconds >= 0)) return
  const kept = failed ? sample.fail : sample.pass
  kept.push(Math.min(LARGEST, Math.round(seconds * PER_SECOND)))
  if (kept.length > most) kept.shift()
  sample.seen[failed ? 'failures' : 'passes'] += 1
}

/** Kept durations of a class in seconds, oldest first. */
export const secondsOf = (tenths: readonly number[]): number[] =>
  tenths.map((duration) => duration / PER_SECOND)

/**
 * True where both classes suffice for a fit and one of them grew by a fifth of what the last fit saw (at most of what is
 * kept). Example: 50 passes and 25 failures at the last fit: again at 60 passes or 30 failures.
 */
export const shouldRefit = (fitted: Counts, now: Counts): boolean =>
  Math.min(now.passes, now.failures) >= MIN_DURATIONS &&
  (hasGrown(fitted.passes, now.passes) || hasGrown(fitted.failures, now.failures))
const hasGrown = (before: number, after: number): boolean =>
  after - before >= Math.max(1, REFIT_GROWTH * Math.min(before, KEPT_DURATIONS))
