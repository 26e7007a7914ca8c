/** What is counted of a finished run; each KPI names what it needs. */

import type { Outcome } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { add, type Counters, type CountRun } from './counters.ts'
import { bucketName } from './histogram.ts'

const END: Readonly<Record<Outcome, string>> = {
  unknown: 'end/unknown',
  success: 'end/success',
  failure: 'end/failure',
  error: 'end/error',
  timedOut: 'end/timedOut',
  aborted: 'end/aborted',
  skipped: 'end/skipped',
}

/** Runs by outcome: `end/<outcome>`. */
export const countEnds: CountRun = (run, into, sign) => {
  add(into, END[run.outcome], sign)
}
export const endsOf = (counters: Counters, ...outcomes: readonly Outcome[]): number =>
  outcomes.reduce((sum, outcome) => sum + (counters[END[outcome]] ?? 0), 0)
/** Runs with a class: passed, or failed in any way. Aborted, skipped and unknown ones have none. */
export const classed = (counters: Counters): number =>
  endsOf(counters, 'success', 'failure', 'error', 'timedOut')

/** Durations of passing and of failing runs: `pass/<bucket>`, `fail/<bucket>`. */
export const countDurations: CountRun = (run, into, sign) => {
  const failed = failedClass(run.outcome)
  if (failed === null || run.durationMs === null) return
  add(into, bucketName(failed ? 'fail' : 'pass', run.durationMs), sign)
}

/** Waits before the start: `queue/<bucket>`. */
export const countQueues: CountRun = (run, into, sign) => {
  if (run.queueMs !== null) add(into, bucketName('queue', run.queueMs), sign)
}

/** Machine time: `ms/used` of passing runs, `ms/lost` of failed, aborted and timed-out ones, squared seconds, `timed` runs. */
export const countTime: CountRun = (run, into, sign) => {
  if (run.durationMs === null || run.outcome === 'unknown' || run.outcome === 'skipped') return
  const isUsed = run.outcome === 'success'
  const seconds = Math.round(run.durationMs / 1000)
  add(into, 'timed', sign)
  add(into, isUsed ? 'ms/used' : 'ms/lost', sign * run.durationMs)
  add(into, isUsed ? 'sq/used' : 'sq/lost', sign * seconds * seconds)
}
