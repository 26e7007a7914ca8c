/** THE table of baseline rules: simple ways to stop a run, shown beside ours in every report. */

import { baseRate } from '../history.ts'

/** What a baseline may know: all but the first failed step was known when the run started. */
export interface BaselineContext {
  /** Passes with a known duration behind `passQuantile`. */
  readonly passes: number
  /** The duration in seconds that a share q of the job's past passes did not exceed; null where none is known. */
  readonly passQuantile: (q: number) => number | null
  /** Outcomes of the job, newest first; true where the run failed. */
  readonly recent: readonly boolean[]
  readonly density: { readonly stopSeconds: number | null } | null
  readonly compat: { readonly stopSeconds: number | null } | null
  /** Seconds from the run's start to the end of its first failed step, null where none failed (yet). */
  readonly firstFailedStepSeconds: number | null
}

export interface BaselineRule {
  readonly name: string
  readonly doc: string
  /** Seconds since start at which the rule stops a run that still runs then; null for never. */
  readonly stopSeconds: (context: BaselineContext) => number | null
}

const FIXED_TIMEOUT_SECONDS = 4 * 3600
/** Below it the 95 % quantile is but the longest pass. */
const MIN_PASSES = 20
/**
 * One in ten of the runs stopped may have passed: the strictest round limit within reach, since the decayed rate of a job
 * that only fails settles at .93. A new job reaches it with its 6th failure in a row (.90), one that always passed with its 19th.
 */
const HISTORY_LIMIT = 0.9

export const BASELINES: readonly BaselineRule[] = [
  {
    name: 'never-stop',
    doc: 'Lets every run end by itself.',
    stopSeconds: () => null,
  },
  {
    name: 'fixed-timeout',
    doc: 'Stops after 4 hours, the timeout that real Prow jobs are decorated with.',
    stopSeconds: () => FIXED_TIMEOUT_SECONDS,
  },
  {
    name: 'p95-of-pass',
    doc: 'Stops a run that lasts longer than 95 % of the past passes of its job did; needs 20 passes.',
    stopSeconds: ({ passes, passQuantile }) => (passes < MIN_PASSES ? null : passQuantile(0.95)),
  },
  {
    name: 'history-only',
    doc: 'Stops at the start where the decayed failure rate of the job is .9 or more; looks at nothing in the run.',
    stopSeconds: ({ recent }) => (baseRate({ recent }) >= HISTORY_LIMIT ? 0 : null),
  },
  {
    name: 'density',
    doc: 'Stops where the density of failing durations, weighted by the failure rate, overtakes that of passing ones.',
    stopSeconds: ({ density }) => density?.stopSeconds ?? null,
  },
  {
    name: 'density-compat',
    doc: 'The same as first published: Weibull curves of each class in its own units, largest crossing.',
    stopSeconds: ({ compat }) => compat?.stopSeconds ?? null,
  },
  {
    name: 'first-failed-step',
    doc: 'Stops at the first failed step: a ceiling, since it knows nothing at the start.',
    stopSeconds: ({ firstFailedStepSeconds }) => firstFailedStepSeconds,
  },
]
