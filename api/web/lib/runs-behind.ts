/** Which runs a number rests on: the address of the page that lists them. */

import { keyParts } from '../../../schemas/keys.ts'
import { isOfRepo, SLICE_DIMENSIONS } from '../../../schemas/slices.ts'
import { gridPath, query, type Subject } from './routes.ts'

const DAY_MS = 86_400_000
/** Length of each window of KPIs. Unit: milliseconds. */
const WINDOW_MS: Readonly<Record<string, number>> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '14d': 14 * DAY_MS,
  '30d': 30 * DAY_MS,
}
export const FAILING = 'failure,error,timedOut'
export const CLASSED = `success,${FAILING}`
/** Outcomes of the runs that a KPI is about; KPIs that are not here rest on all that ended. */
const OUTCOMES: Readonly<Record<string, string>> = {
  run_pass_rate: CLASSED,
  run_failure_rate: FAILING,
  projected_pass_rate: CLASSED,
  infra_failure_rate: 'error',
  timeout_rate: 'timedOut',
  abort_rate: 'aborted',
  net_improvement: CLASSED,
  duration_p50_pass: 'success',
  duration_p95_pass: 'success',
  duration_p99_pass: 'success',
  duration_p50_fail: FAILING,
  duration_p95_fail: FAILING,
  duration_p99_fail: FAILING,
  wasted_hours: `${FAILING},aborted`,
  mean_failure_length: FAILING,
  mean_time_to_fix: CLASSED,
  failure_streak: CLASSED,
  cluster_health_delta: CLASSED,
}

/** True for dimensions that are the value of a label. */
export const isSlice = (dimension: string): boolean =>
  (SLICE_DIMENSIONS as readonly string[]).includes(dimension)

/** Source, repository and what else of a subject names its runs. Example: `cluster` `prow:b1` is source prow, label cluster:b1. */
const scopeOf = ({ dimension, subject }: Subject): Record<string, string | null> => {
  const [source = '', second = '', third = ''] = keyParts(subject)
  if (dimension === 'peers') return { source, repo: null, label: `cluster:${second}` }
  if (!isSlice(dimension)) return { source, repo: second, job: third }
  const value = isOfRepo(dimension) ? third : second
  return { source, repo: isOfRepo(dimension) ? second : null, label: `${dimension}:${value}` }
}

/**
 * Address of the list of scored runs of a subject that ended so, over the 14 days before an instant or over all time.
 * Example: `job` `prow:o/r:unit` over `total` lists every run of that job that ended so.
 */
export const scoredRuns = (
  { dimension, subject }: Subject,
  outcome: string,
  window: string,
  asOf: number,
): string => {
  const length = WINDOW_MS[window]
  return `/runs${query({
    ...(dimension === 'all' ? {} : scopeOf({ dimension, subject })),
    outcome,
    ended_from: length === undefined ? null : asOf - length,
    ended_to: length === undefined ? null : asOf,
  })}`
}

/**
 * Address of the list of scored runs of a subject that a rule would have stopped, of those that ended so.
 * Example: `stopline` of `all` with `success` over `14d` lists our false stops of 14 days.
 */
export const stoppedRuns = (
  rule: string,
  of: Subject,
  outcome: string,
  window: string,
  asOf: number,
): string => `${scoredRuns(of, outcome, window, asOf)}&stopped_by=${encodeURIComponent(rule)}`

/**
 * Address of the list of runs behind a KPI of a subject over a window, as of an instant. Example: `run_failure_rate` of `job`
 * `prow:o/r:unit` over `7d` lists what failed, in error or timed out in these seven days.
 */
export const runsBehind = (of: Subject, kpi: string, window: string, asOf: number): string => {
  const length = WINDOW_MS[window]
  const isOfNow = length === undefined
  return `/runs${query({
    ...scopeOf(of),
    ...(isOfNow && kpi !== 'failure_streak' && kpi !== 'staleness' ? { state: 'running' } : {}),
    outcome: isOfNow ? null : (OUTCOMES[kpi] ?? null),
    ended_from: isOfNow ? null : asOf - length,
    ended_to: isOfNow ? null : asOf,
  })}`
}

/**
 * Where a KPI of a subject is looked into: the runs behind it, of pull requests their list, of tests as they are now their grid.
 * Issues have no page: null.
 */
export const behindKpi = (
  of: Subject,
  kpi: string,
  window: string,
  asOf: number,
): string | null => {
  const [source = '', repo = '', job = ''] = keyParts(of.subject)
  if (of.dimension === 'pulls') {
    const state = window === 'now' ? null : 'ended'
    return /(?:^|_)issues?_/.test(`${kpi}_`) ? null : `/pulls${query({ source, repo, state })}`
  }
  if (of.dimension === 'tests' && window === 'now') return gridPath({ source, repo, job })
  return runsBehind(of, kpi, window, asOf)
}
