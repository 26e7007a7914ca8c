/** One plausible record of each kind, for tests of what stands behind the pipeline; change what the case is about. */

import type {
  ClusterState,
  DeadLetter,
  Decision,
  FailureKind,
  FailureSignature,
  Forecast,
  Incident,
  JobProfile,
  Pace,
  Kpi,
  Measure,
  MergeForecast,
  MergeScore,
  Run,
  RunRef,
  Score,
  Stamped,
} from '../../schemas/events.ts'

/** 2024-05-01 12:00:00 UTC. */
export const NOON = 1_714_564_800_000

export const REF: RunRef = {
  source: 'prow',
  repo: 'openshift/origin',
  job: 'e2e: gcp 50%',
  runId: '17/a',
  attempt: 1,
}
const stamp = (eventId: string, at: number): Stamped => ({ eventId, eventAt: at, observedAt: at })

export const sampleRun = (change: Partial<Run> = {}): Run => ({
  ...stamp('run-1', NOON),
  ...REF,
  change: 'started',
  phase: 'running',
  queuedAt: NOON - 60_000,
  startedAt: NOON,
  finishedAt: null,
  outcome: null,
  rawOutcome: null,
  before: null,
  slicesBefore: null,
  steps: 2,
  failedSteps: ['lint'],
  step: 'lint',
  stepOutcome: 'failure',
  stepStartedAt: null,
  failedTests: 0,
  logBytes: null,
  group: null,
  branch: 'main',
  sha: null,
  pull: null,
  trigger: 'periodic',
  labels: { cluster: 'build05' },
  ...change,
})

export const sampleForecast = (change: Partial<Forecast> = {}): Forecast => ({
  ...stamp('forecast-1', NOON),
  ...REF,
  elapsedSeconds: 0,
  pFail: 0.2,
  pFailLow: 0.1,
  pFailHigh: 0.4,
  curveSeconds: [0, 100],
  curvePFail: [0.2, 0.6],
  remainingSeconds: 600,
  remainingLow: 300,
  remainingHigh: 900,
  jenkinsRemaining: 650,
  passes: 12,
  failures: 3,
  streak: -2,
  pool: 'job',
  cause: 'started',
  rule: 'stopline/1',
  ...change,
})

export const sampleDecision = (change: Partial<Decision> = {}): Decision => ({
  ...stamp('decision-1', NOON),
  ...REF,
  elapsedSeconds: 0,
  level: 'watch',
  pFail: 0.2,
  pFailLow: 0.1,
  expectedSavedSeconds: 42.5,
  reason: 'a step failed',
  ground: 'sign',
  evidence: { failedSteps: 1 },
  rule: 'stopline/1',
  ...change,
})

export const sampleScore = (change: Partial<Score> = {}): Score => ({
  ...stamp('score-1', NOON + 900_000),
  ...REF,
  outcome: 'failure',
  failed: true,
  durationSeconds: 900,
  startedAt: NOON,
  group: null,
  weight: 1,
  rules: [{ rule: 'stopline', stopSeconds: 300, savedSeconds: 600, burntSeconds: 0 }],
  guard: null,
  checkpoints: [
    {
      at: 0,
      pFail: 0.2,
      base: 0.2,
      remaining: 600,
      remainingLow: 300,
      remainingHigh: 900,
      jenkins: 650,
      actual: 900,
    },
  ],
  rule: 'stopline/1',
  ...change,
})

export const sampleProfile = (change: Partial<JobProfile> = {}): JobProfile => ({
  ...stamp('profile-1', NOON),
  source: REF.source,
  repo: REF.repo,
  job: REF.job,
  failureRate: 0.2,
  streak: -2,
  recent: [false, false, true],
  passes: 12,
  failures: 3,
  medianPassSeconds: 620,
  seconds: [0, 300, 600],
  passSurvival: [1, 0.9, 0.5],
  failSurvival: [1, 0.5, 0.2],
  pFail: [0.2, 0.12, 0.09],
  stopSeconds: null,
  density: {
    family: 'weibull',
    passDensity: [0, 0.001, 0.002],
    failDensity: [0.002, 0.001, 0],
    stopSeconds: 400,
    compatStopSeconds: null,
  },
  ...change,
})

export const sampleKpi = (change: Partial<Kpi> = {}): Kpi => ({
  ...stamp('kpi-1', NOON),
  dimension: 'job',
  subject: 'prow:openshift/origin:e2e%3A gcp 50%25',
  window: '24h',
  values: [
    {
      kpi: 'run_pass_rate',
      value: 0.8,
      numerator: 12,
      denominator: 15,
      low: 0.55,
      high: 0.93,
      n: 15,
      compat: null,
    },
    {
      kpi: 'queue_p50',
      value: null,
      numerator: null,
      denominator: null,
      low: null,
      high: null,
      n: 0,
      compat: null,
    },
  ],
  late: 0,
  simulated: false,
  ...change,
})

/** 100 passing and 50 failing runs; our rule stops 8 failing and 2 passing ones. */
export const sampleMeasure = (change: Partial<Measure> = {}): Measure => ({
  ...stamp('measure-1', NOON),
  dimension: 'community',
  subject: 'prow',
  window: 'total',
  passing: 100,
  failing: 50,
  censored: 4,
  passingSeconds: 60_000,
  failedSeconds: 3_600,
  rules: [
    {
      rule: 'stopline',
      stoppedFailing: 8,
      stoppedPassing: 2,
      savedSeconds: 900,
      burntSeconds: 300,
      strictBurntSeconds: 1_000,
    },
  ],
  checkpoints: [
    {
      at: 0.5,
      n: 20,
      brier: 2.6,
      baseBrier: 5.2,
      logLoss: 8,
      binCount: [0, 10, 10],
      binForecast: [0, 2, 9],
      binFailed: [0, 4, 9],
    },
  ],
  remainingErrorSeconds: 2_000,
  jenkinsErrorSeconds: 3_000,
  remainingN: 20,
  covered: 16,
  simulated: false,
  ...change,
})

export const sampleIncident = (change: Partial<Incident> = {}): Incident => ({
  ...stamp('incident-1', NOON),
  ...REF,
  incident: 'likely-to-fail/17',
  alert: 'likely-to-fail',
  state: 'open',
  severity: 'warning',
  title: 'e2e is likely to fail',
  pFail: 0.9,
  pFailLow: 0.82,
  expectedSavedSeconds: 1_200,
  verdict: null,
  ...{ subject: 'e2e: gcp 50%', signal: 'forecast after 20 minutes', advice: 'Look at it.' },
  ...{ owner: null, link: null, runbook: null, head: null, sha: null, members: ['17/a#1'] },
  ...{ holding: 1, held: 1, right: 0, wrong: 0, openedAt: NOON, reopened: 0, swallowed: 0 },
  ...{ partOf: null, isDigest: false, ackedBy: null, ackedAt: null },
  ...{ mutedUntil: null, mutedBy: null },
  ...change,
})

/** Two nodes of the cluster of the sample run are down. */
export const sampleClusterState = (change: Partial<ClusterState> = {}): ClusterState => ({
  ...stamp('cluster-1', NOON),
  source: 'prow',
  place: 'cluster/build05',
  reporter: 'prometheus',
  weight: 2,
  troubles: [{ name: 'NodeDown', severity: 'critical', count: 2 }],
  ...change,
})

export const sampleDeadLetter = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  ...stamp('dead-1', NOON),
  origin: 'archive',
  position: 'runs.csv:12',
  reason: 'unreadable-time',
  detail: 'finished_at: "yesterday" is not ISO 8601',
  step: 'normalize',
  payload: Buffer.from('a,b,c'),
  ...change,
})

const PULL = { source: 'github', repo: 'acme/shop', pull: 7, author: 'ada' }
export const sampleMergeForecast = (change: Partial<MergeForecast> = {}): MergeForecast => ({
  ...stamp('merge-forecast-1', NOON),
  ...PULL,
  openedAt: NOON - 3_600_000,
  elapsedSeconds: 3_600,
  sha: 'abc',
  title: 'Fix the lift',
  pMerge: 0.9,
  quantiles: { p05: 4e3, p10: 5e3, p25: 7e3, p50: 1e4, p75: 4e4, p90: 9e4, p95: 2e5 },
  deciles: [1e3, 2e3, 4e3, 8e3, 1e4, 2e4, 4e4, 8e4, 2e5],
  classes: [0, 0, 0, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1],
  signs: ['approved'],
  checks: [{ job: 'e2e', runId: '9', attempt: 1, state: 'endangered', pFail: 0.8 }],
  checksRunning: 2,
  drivers: { author: -0.7, files: 0.4 },
  cause: 'reviewed',
  merged: 120,
  closed: 14,
  model: 'merge-time-1',
  ...change,
})
export const sampleMergeScore = (change: Partial<MergeScore> = {}): MergeScore => ({
  ...stamp('merge-score-1', NOON + 9_000_000),
  ...PULL,
  merged: true,
  openedAt: NOON - 3_600_000,
  seconds: 12_600,
  looks: [{ elapsedSeconds: 3_600, pMerge: 0.9, p10: 5e3, p50: 1e4, p90: 9e4 }],
  model: 'merge-time-1',
  ...change,
})

export const sampleFailureKind = (change: Partial<FailureKind> = {}): FailureKind => ({
  ...stamp('kind-1', NOON),
  ...REF,
  kind: 'infrastructure',
  cause: 'network',
  confidence: 0.9,
  evidence: [{ log: 'build-log.txt', line: 41, text: 'no route to host', sign: 'tcp', score: 3.2 }],
  signature: '0000000007v',
  isFinal: true,
  model: null,
  ...change,
})

export const sampleFailureSignature = (
  change: Partial<FailureSignature> = {},
): FailureSignature => ({
  ...stamp('signature-1', NOON),
  ...{ source: REF.source, repo: REF.repo, signature: '0000000007v', forms: ['0000000007v'] },
  ...{ kind: 'infrastructure', cause: 'network', template: 'dial tcp <*> no route to host' },
  ...{ example: 'dial tcp 10.0.0.1:6443: connect: no route to host', runs: 12, jobs: 3 },
  ...{ jobNames: [REF.job], firstAt: NOON - 93_600_000, lastAt: NOON },
  ...{ lastJob: REF.job, lastRunId: REF.runId, lastAttempt: REF.attempt },
  ...change,
})

export const samplePace = (change: Partial<Pace> = {}): Pace => ({
  ...stamp('pace-1', NOON),
  ...{ source: REF.source, repo: REF.repo, job: REF.job, known: 1 },
  parts: [
    {
      ...{ kind: 'step', name: 'install', passes: 30, failures: 4 },
      ...{ medianPassSeconds: 600, longestPassSeconds: 900, doomedSeconds: 820 },
      ...{ densityFamily: 'weibull', densityStopSeconds: 840 },
      ...{ lastSeconds: 1000, lastFailed: true, lastRunId: REF.runId, isPast: true },
    },
  ],
  ...change,
})
