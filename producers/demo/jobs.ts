/** The simulated community: one row a job. An invention; no real project is meant. */

import {
  drifting,
  failsFast,
  failsLate,
  flaky,
  hanging,
  regressing,
  stable,
  starved,
  streaky,
  type Behaviour,
} from './behaviours.ts'

export interface DemoJob {
  readonly repo: string
  readonly job: string
  /** Period of a periodic; null for a presubmit, which runs for each push. */
  readonly everyMinutes: number | null
  /** Short: build and test. Cluster: lease and install, test, then gather and deprovision whatever happened. */
  readonly plan: 'short' | 'cluster'
  /** Median duration of a passing run. */
  readonly passMinutes: number
  /** Usual chance of failing, broken pushes and outages apart. */
  readonly pFail: number
  readonly behaviour: Behaviour
  readonly family: string
  readonly version: string | null
}

/** Family and version of a job name. Example: `e2e-gcp-4.18` is version `4.18` of `e2e-gcp`. */
const familyOf = (job: string): { family: string; version: string | null } => {
  const found = /^(.+)-(\d+\.\d+)$/.exec(job)
  return { family: found?.[1] ?? job, version: found?.[2] ?? null }
}

type Row = readonly [
  job: string,
  plan: DemoJob['plan'],
  passMinutes: number,
  pFail: number,
  behaviour: Behaviour,
]
const presubmits = (repo: string, rows: readonly Row[]): DemoJob[] =>
  rows.map(([job, plan, passMinutes, pFail, behaviour]) => ({
    ...{ repo, job, plan, passMinutes, pFail, behaviour },
    ...familyOf(job),
    everyMinutes: null,
  }))
const periodics = (
  repo: string,
  rows: readonly (readonly [everyMinutes: number, ...row: Row])[],
): DemoJob[] =>
  rows.map(([everyMinutes, job, plan, passMinutes, pFail, behaviour]) => ({
    ...{ repo, job, plan, passMinutes, pFail, behaviour, everyMinutes },
    ...familyOf(job),
  }))

/** The streaks of three jobs together leave no hour of 48 without one. */
export const JOBS: readonly DemoJob[] = [
  ...presubmits('tidewright/scheduler', [
    ['pull-scheduler-unit', 'short', 9, 0.01, stable],
    ['pull-scheduler-lint', 'short', 4, 0.02, stable],
    ['pull-scheduler-integration', 'short', 22, 0.2, flaky],
    ['pull-scheduler-race', 'short', 16, 0.03, streaky(48, 0, 20)],
    ['pull-scheduler-e2e', 'cluster', 55, 0.18, failsLate],
  ]),
  ...presubmits('tidewright/gateway', [
    ['pull-gateway-unit', 'short', 7, 0.01, stable],
    ['pull-gateway-verify', 'short', 12, 0.15, failsFast],
    ['pull-gateway-compat', 'short', 18, 0.05, regressing(0, 0.5)],
    ['pull-gateway-fuzz', 'short', 20, 0.12, hanging(2)],
    ['pull-gateway-e2e', 'cluster', 48, 0.3, flaky],
  ]),
  ...presubmits('tidewright/storage', [
    ['pull-storage-unit', 'short', 11, 0.02, stable],
    ['pull-storage-integration', 'short', 20, 0.06, drifting(10, 0.6)],
    ['pull-storage-snapshot', 'short', 17, 0.04, streaky(48, 16, 20)],
    ['pull-storage-upgrade', 'cluster', 60, 0.2, failsLate],
    ['pull-storage-e2e', 'cluster', 50, 0.06, starved(13, 4)],
  ]),
  ...presubmits('tidewright/console', [
    ['pull-console-unit', 'short', 6, 0.01, stable],
    ['pull-console-build', 'short', 8, 0.12, failsFast],
    ['pull-console-types', 'short', 5, 0.02, stable],
    ['pull-console-browser', 'short', 19, 0.25, flaky],
    ['pull-console-visual', 'short', 14, 0.04, regressing(96, 0.6)],
  ]),
  ...periodics('tidewright/release', [
    [60, 'e2e-gcp-4.16', 'cluster', 75, 0.04, stable],
    [60, 'e2e-gcp-4.17', 'cluster', 76, 0.08, flaky],
    [60, 'e2e-gcp-4.18', 'cluster', 78, 0.12, flaky],
    [40, 'e2e-gcp-4.19', 'cluster', 80, 0.22, flaky],
    [40, 'e2e-gcp-4.20', 'cluster', 82, 0.1, streaky(216, 40, 66)],
    [60, 'e2e-aws-4.18', 'cluster', 70, 0.1, flaky],
    [60, 'e2e-aws-4.19', 'cluster', 72, 0.16, failsLate],
    [45, 'e2e-aws-4.20', 'cluster', 74, 0.08, regressing(48, 0.55)],
    [90, 'e2e-metal', 'cluster', 95, 0.1, starved(7, 5)],
    [90, 'scale-250', 'cluster', 110, 0.12, starved(18, 4)],
    [90, 'upgrade-from-stable', 'cluster', 85, 0.25, failsLate],
    [40, 'soak', 'cluster', 60, 0.45, hanging(5)],
    [40, 'disruptive', 'cluster', 50, 0.35, hanging(3)],
    [60, 'conformance', 'cluster', 45, 0.02, stable],
    [30, 'images', 'short', 15, 0.05, drifting(7, 0.8)],
    [30, 'installer-nightly', 'short', 25, 0.03, streaky(48, 32, 20)],
    [30, 'bump-dependencies', 'short', 10, 0.3, failsFast],
  ]),
  ...periodics('tidewright/docs', [
    [20, 'links', 'short', 4, 0.18, flaky],
    [30, 'site', 'short', 6, 0.01, stable],
    [30, 'examples', 'short', 12, 0.08, failsFast],
  ]),
]

/** Clusters that runs are spread over. */
export const CLUSTERS = ['build01', 'build02', 'build03', 'build04', 'build05'] as const

/** Each cluster is out for about an hour in every 40, one after the other. */
export const OUTAGE_EVERY_HOURS = 40

/** Share of pushes that break something, and the chance that a broken push breaks one given job. */
export const BROKEN_PUSH_SHARE = 0.15
export const BROKEN_JOB_SHARE = 0.6

export const AUTHORS = ['amara', 'bjarne', 'chloe', 'dimitri', 'esi', 'farid', 'greta', 'hiro']
