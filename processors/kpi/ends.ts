/** What is counted of a finished run; each KPI names what it needs. */

import type { Outcome } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { add, countOf, type Counters } from './counters.ts'
import { bucketId } from './histogram.ts'
import { END_ID, ID } from './names.ts'

/** A finished run as the KPIs see it; milliseconds, null where unknown. */
export interface RunSample {
  readonly outcome: Outcome
  readonly finishedAt: number
  readonly durationMs: number | null
  readonly queueMs: number | null
}
/** Turns one finished run into counters; `sign` −1 takes an earlier telling of it back. */
export type CountRun = (run: RunSample, into: Counters, sign: 1 | -1) => void

/** Runs by outcome: `end/<outcome>`. */
export const countEnds: CountRun = (run, into, sign) => {
  add(into, END_ID[run.outcome], sign)
}
export const endsOf = (counters: Counters, outcome: Outcome): number =>
  countOf(counters, END_ID[outcome])
/** Runs with a class: passed, or failed in any way. Aborted, skipped and unknown ones have none. */
export const classed = (counters: Counters): number =>
  endsOf(counters, 'success') + failing(counters)
/** Runs that failed in any way. */
export const failing = (counters: Counters): number =>
  endsOf(counters, 'failure') + endsOf(counters, 'error') + endsOf(counters, 'timedOut')

/** Durations of passing and of failing runs: `pass/<bucket>`, `fail/<bucket>`. */
export const countDurations: CountRun = (run, into, sign) => {
  const failed = failedClass(run.outcome)
  if (failed === null || run.durationMs === null) return
  add(into, bucketId(failed ? 'fail' : 'pass', run.durationMs), sign)
}

/** Waits before the start: `queue/<bucket>`. */
export const countQueues: CountRun = (run, into, sign) => {
  if (run.queueMs !== null) add(into, bucketId('queue', run.queueMs), sign)
}

/** Machine time: `ms/used` of passing runs, `ms/lost` of failed, aborted and timed-out ones, squared seconds, `timed` runs. */
export const countTime: CountRun = (run, into, sign) => {
  if (run.durationMs === null || run.outcome === 'unknown' || run.outcome === 'skipped') return
  const isUsed = run.outcome === 'success'
  const seconds = Math.round(run.durationMs / 1000)
  add(into, ID.timed, sign)
  add(into, ID[isUsed ? 'ms/used' : 'ms/lost'], sign * run.durationMs)
  add(into, ID[isUsed ? 'sq/used' : 'sq/lost'], sign * seconds * seconds)
}
