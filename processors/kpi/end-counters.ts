/** What the end of a run comes to in counters. */

import type { RunEnd } from '../../schemas/events.ts'
import type { Counters } from './counters.ts'
import type { RunSample } from './ends.ts'
import { RUN_COUNTS } from './index.ts'

const sampleOf = (end: RunEnd): RunSample => ({
  outcome: end.outcome,
  finishedAt: end.finishedAt,
  durationMs: toMs(end.durationSeconds),
  queueMs: toMs(end.queueSeconds),
})
const toMs = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000)

/** What an end adds to the counters of whoever counts it; `sign` −1 takes an earlier telling of it back. */
export const countersOf = (end: RunEnd, sign: 1 | -1): Counters => {
  const sample = sampleOf(end)
  const counters: Counters = []
  for (const countRun of RUN_COUNTS) countRun(sample, counters, sign)
  return counters
}
