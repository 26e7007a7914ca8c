/** A small world for the page: every level, every outcome, long names, a simulated job beside real ones. */

import type { JobRef, Level, Outcome, TestTab } from '../../schemas/events.ts'
import { jobKey, key } from '../../schemas/keys.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { published } from './api-deps.ts'
import {
  NOON,
  sampleClusterState,
  sampleDeadLetter,
  sampleDecision,
  sampleFailureKind,
  sampleFailureSignature,
  sampleForecast,
  sampleIncident,
  sampleKpi,
  sampleMeasure,
  sampleMergeForecast,
  sampleMergeScore,
  sampleProfile,
  sampleRun,
  sampleScore,
} from './sample-records.ts'
import {
  sampleFailureGroup,
  sampleTestSheet,
  sampleTestState,
  sampleTestTab,
} from './sample-tests.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const OUTCOMES: readonly Outcome[] = [
  'success',
  'success',
  'success',
  'failure',
  'success',
  'error',
  'timedOut',
  'aborted',
  'skipped',
  'unknown',
]
const LEVELS: readonly Level[] = ['stop', 'advise', 'watch', 'continue', 'abstain']

/** The job most cases look at; its name needs escaping. */
export const JOB: JobRef = { source: 'prow', repo: 'openshift/origin', job: 'e2e: gcp 50%' }
const LONG: JobRef = {
  source: 'prow',
  repo: 'openshift/release',
  job: 'periodic-ci-openshift-release-master-nightly-4.20-e2e-aws-ovn-upgrade-from-stable-4.19',
}
export const DEMO: JobRef = { source: 'demo', repo: 'tidewright/gateway', job: 'unit' }
const JOBS = [JOB, LONG, DEMO]
export const REPO = { dimension: 'repo', subject: key(JOB.source, JOB.repo) }
const SUBJECTS: readonly (readonly [dimension: string, subject: string])[] = [
  ...JOBS.map((job) => ['job', jobKey(job)] as const),
  ...JOBS.map(({ source, repo }) => ['repo', key(source, repo)] as const),
  ['community', 'prow'],
  ['community', 'demo'],
  ['cluster', 'prow:build05'],
  ['branch', 'prow:openshift/origin:main'],
]

export const CLUSTER = { dimension: 'cluster', subject: 'prow:build05' }
export const INCIDENT = sampleIncident().incident

/** A run of JOB that has ended, with trajectory and score. */
export const ENDED = { ...JOB, runId: 'ended-3', attempt: 1 }
/** A run of JOB in which a test failed that passed before: column 7 of the sample grid. */
export const RISKY = { ...JOB, runId: 'ended-7', attempt: 1 }
/** A run of JOB that runs, by level. */
export const runningRef = (level: Level) => ({ ...JOB, runId: `r-${level}`, attempt: 1 })

const seconds = Array.from({ length: 40 }, (_, i) => i * 180)
const bell = (middle: number, width: number, at: number): number =>
  Math.exp(-(((at - middle) / width) ** 2) / 2) / (width * 2.507)
const falling = (middle: number, width: number, at: number): number =>
  1 / (1 + Math.exp((at - middle) / (width / 2)))

const profileOf = (job: JobRef) =>
  sampleProfile({
    ...job,
    eventId: `profile/${jobKey(job)}`,
    seconds,
    passSurvival: seconds.map((at) => falling(2400, 500, at)),
    failSurvival: seconds.map((at) => 0.7 * falling(1500, 900, at) + 0.3 * falling(6000, 300, at)),
    pFail: seconds.map((at) => 0.2 + 0.7 * (1 - falling(3000, 500, at))),
    stopSeconds: 4100,
    density: {
      family: 'lognorm',
      passDensity: seconds.map((at) => bell(2400, 500, at)),
      failDensity: seconds.map((at) => 0.7 * bell(1500, 900, at) + 0.3 * bell(6000, 300, at)),
      stopSeconds: 3600,
      compatStopSeconds: 5093,
    },
  })

const finishedRuns = (job: JobRef): Keyed[] =>
  Array.from({ length: 40 }, (_, i) => {
    const startedAt = NOON - (41 - i) * HOUR_MS
    const outcome = OUTCOMES[i % OUTCOMES.length] ?? 'unknown'
    const at = startedAt + (20 + ((i * 7) % 30)) * MINUTE_MS
    return published(
      'ci.runs.v1',
      sampleRun({
        ...job,
        runId: `ended-${i}`,
        eventId: `run/${jobKey(job)}/${i}`,
        eventAt: at,
        observedAt: at,
        startedAt,
        queuedAt: startedAt - MINUTE_MS,
        finishedAt: at,
        phase: 'finished',
        change: 'finished',
        outcome,
        rawOutcome: outcome.toUpperCase(),
      }),
    )
  })

const forecastOf = (job: JobRef, runId: string, pFail: number, elapsedSeconds: number) =>
  sampleForecast({
    ...job,
    runId,
    eventId: `forecast/${runId}/${elapsedSeconds}`,
    elapsedSeconds,
    pFail,
    pFailLow: pFail * 0.8,
    pFailHigh: 1 - (1 - pFail) * 0.6,
    curveSeconds: [elapsedSeconds, 7200],
    curvePFail: [pFail, pFail],
  })

const runningRuns = (): Keyed[] =>
  LEVELS.flatMap((level, i) => {
    const { runId } = runningRef(level)
    const elapsedSeconds = 600 + i * 300
    const pFail = 0.95 - i * 0.18
    const startedAt = NOON - elapsedSeconds * 1000
    const run = { ...JOB, runId, eventId: `run/${runId}`, startedAt, queuedAt: startedAt - 9_000 }
    return [
      published('ci.runs.v1', sampleRun({ ...run, failedTests: i === 0 ? 3 : 0 })),
      published('ci.forecasts.v1', forecastOf(JOB, runId, pFail, elapsedSeconds)),
      published(
        'ci.decisions.v1',
        sampleDecision({ ...JOB, runId, eventId: `decision/${runId}`, elapsedSeconds, level }),
      ),
    ]
  })

const elsewhere = (): Keyed[] =>
  [LONG, DEMO].flatMap((job, i) => {
    const runId = `elsewhere-${i}`
    return [
      published('ci.runs.v1', sampleRun({ ...job, runId, eventId: `run/${runId}` })),
      published('ci.forecasts.v1', forecastOf(job, runId, 0.4 - i * 0.2, 900)),
    ]
  })

const trajectoryOf = (): Keyed[] => {
  const points = [0, 600, 1200].map((elapsed, i) => {
    const forecast = forecastOf(JOB, ENDED.runId, 0.2 + i * 0.35, elapsed)
    const at = NOON - HOUR_MS + elapsed * 1000
    return published('ci.forecasts.v1', { ...forecast, eventAt: at, observedAt: at })
  })
  const at = NOON - HOUR_MS + 1_500_000
  const decision = sampleDecision({
    ...ENDED,
    eventId: 'decision/ended',
    observedAt: at,
    elapsedSeconds: 1200,
    level: 'stop',
    evidence: { passes: 12, remainingIfFailingSeconds: 900 },
  })
  const ended = sampleRun({
    ...ENDED,
    eventId: 'run/ended/again',
    observedAt: at + 1,
    startedAt: NOON - HOUR_MS,
    finishedAt: at,
    phase: 'finished',
    change: 'finished',
    outcome: 'failure',
  })
  const score = sampleScore({ ...ENDED, eventId: 'score/ended', observedAt: at + 2 })
  return [
    ...points,
    published('ci.decisions.v1', decision),
    published('ci.runs.v1', ended),
    published('ci.scores.v1', score),
    ...failureOf(at),
  ]
}

/** Steps of the run that ended, one beside the other, the last one failing. */
const stepsOf = (): Keyed[] =>
  (
    [
      ['lease', 0, 120, 'success'],
      ['install', 120, 900, 'success'],
      ['must-gather', 600, 1300, 'success'],
      ['e2e-test', 900, 1480, 'failure'],
    ] as const
  ).flatMap(([step, from, to, stepOutcome]) => {
    const startedAt = NOON - HOUR_MS + from * 1000
    const at = NOON - HOUR_MS + to * 1000
    const progress = { ...ENDED, change: 'progress' as const, step, stepStartedAt: startedAt }
    const told = (eventId: string, when: number) => ({ eventId, eventAt: when, observedAt: when })
    return [
      published(
        'ci.runs.v1',
        sampleRun({ ...progress, ...told(`start/${step}`, startedAt), stepOutcome: null }),
      ),
      published('ci.runs.v1', sampleRun({ ...progress, ...told(`end/${step}`, at), stepOutcome })),
    ]
  })

const queuedRuns = (): Keyed[] =>
  [0, 1, 2].map((i) => {
    const queuedAt = NOON - (10 + 25 * i) * MINUTE_MS
    return published(
      'ci.runs.v1',
      sampleRun({
        ...{ ...JOB, runId: `waits-${i}`, eventId: `run/waits-${i}` },
        ...{ change: 'queued', phase: 'queued', queuedAt, startedAt: null },
        labels: i === 2 ? {} : { cluster: 'build05' },
      }),
    )
  })

const failureOf = (at: number): Keyed[] => [
  published(
    'ci.failure-kinds.v1',
    sampleFailureKind({
      ...ENDED,
      eventId: 'kind/ended',
      evidence: [
        {
          ...{ log: 'build-log.txt', line: 4182, sign: 'tcp', score: 3.2 },
          text: 'Get "https://api.ci-op-5zgvkrl1.example.com:6443/version": dial tcp 10.0.0.1:6443: connect: no route to host',
        },
        {
          log: 'junit',
          line: 1,
          sign: 'told:failed-test',
          score: 2.9,
          text: '[sig-network] pods reach each other',
        },
      ],
    }),
  ),
  published('ci.failure-signatures.v1', sampleFailureSignature({ observedAt: at, lastAt: at })),
]

const kpisOf = (dimension: string, subject: string): Keyed[] =>
  ['now', '24h', '7d', '14d'].flatMap((window) => {
    const kpi = sampleKpi({
      dimension,
      subject,
      window,
      eventId: `kpi/${dimension}/${subject}/${window}`,
      simulated: subject.startsWith('demo'),
    })
    const past = Array.from({ length: 24 }, (_, i) => {
      const at = NOON - (24 - i) * HOUR_MS
      const eventId = `history/${dimension}/${subject}/${window}/${i}`
      return published('ci.kpi-history.v1', { ...kpi, eventId, eventAt: at, observedAt: at })
    })
    return [published('ci.kpis.v1', kpi), ...past]
  })

/** KPIs of the pull requests of the repository, and of the tests of the job, over a week. */
const kpisBeside = (): Keyed[] =>
  (
    [
      ['pulls', REPO.subject, ['time_to_merge_p50', 'contributors', 'open_issues']],
      ['tests', jobKey(JOB), ['flaky_tests', 'mean_time_to_fix', 'test_pass_rate']],
    ] as const
  ).map(([dimension, subject, names]) => {
    const values = names.map((kpi) => ({ kpi, value: 12, n: 40, compat: 4.1667 }))
    const nothing = { numerator: null, denominator: null, low: null, high: null }
    return published(
      'ci.kpis.v1',
      sampleKpi({
        ...{ dimension, subject, window: '7d', eventId: `kpi/${dimension}` },
        values: values.map((value) => ({ ...nothing, ...value })),
      }),
    )
  })

const RULES = ['stopline', 'never-stop', 'fixed-timeout', 'p95-of-pass', 'density']
const measures = (): Keyed[] =>
  ['14d', 'total'].map((window) => {
    const bins = Array.from({ length: 20 }, (_, bin) => bin)
    const measure = sampleMeasure({ window, eventId: `measure/${window}`, passing: 4000 })
    const [rule] = measure.rules
    if (rule === undefined) throw new Error('the sample measure has no rule')
    return published('ci.measures.v1', {
      ...measure,
      rules: RULES.map((name, i) => ({
        ...rule,
        rule: name,
        stoppedPassing: 2 + 40 * i,
        savedSeconds: 400_000 - i * 60_000,
        burntSeconds: 9_000 + i * 90_000,
      })),
      checkpoints: [0, 0.25, 0.5, 0.75, 1, 1.25].map((at) => ({
        at,
        n: 1000,
        brier: 150 - at * 30,
        baseBrier: 160,
        logLoss: 400,
        binCount: bins.map(() => 50),
        binForecast: bins.map((bin) => 50 * ((bin + 0.5) / 20)),
        binFailed: bins.map((bin) => Math.round(50 * ((bin + 0.5) / 20)) + (bin === 7 ? 14 : 0)),
      })),
    })
  })

/** An open pull request as it ages, and one that was merged. */
export const PULL = { source: 'github', repo: 'acme/shop', pull: 7 }
const pulls = (): Keyed[] => [
  ...[0, 1, 2, 4].map((hours) =>
    published(
      'ci.merge-forecasts.v1',
      sampleMergeForecast({
        ...{
          eventId: `merge/${hours}`,
          elapsedSeconds: hours * 3600,
          openedAt: NOON - 4 * HOUR_MS,
        },
        observedAt: NOON - (4 - hours) * HOUR_MS,
        signs: hours < 2 ? [] : ['approved', 'a check is likely to fail'],
      }),
    ),
  ),
  published('ci.merge-forecasts.v1', sampleMergeForecast({ pull: 8, eventId: 'merge/8' })),
  published('ci.merge-scores.v1', sampleMergeScore({ pull: 8, observedAt: NOON })),
]

/** The grid, with the run whose test failed first. */
const gridOf = (): TestTab => {
  const tab = sampleTestTab()
  const nameOf = (runId: string): string => (runId === '7' ? RISKY.runId : runId)
  return { ...tab, columns: tab.columns.map((of) => ({ ...of, runId: nameOf(of.runId) })) }
}

/** A run after which stops of its job are held back. */
const adrift = (): Keyed =>
  published(
    'ci.scores.v1',
    sampleScore({
      ...{ ...LONG, runId: 'ended-9', eventId: 'score/adrift', observedAt: NOON - HOUR_MS },
      ...{ failed: false, outcome: 'success', guard: 'of late this job failed less often' },
    }),
  )

/** Everything the page can show, in order of time. */
export const pageWorld = (): Keyed[] =>
  [
    ...JOBS.flatMap(finishedRuns),
    ...JOBS.map((job) => published('ci.job-profiles.v1', profileOf(job))),
    ...SUBJECTS.flatMap(([dimension, subject]) => kpisOf(dimension, subject)),
    ...kpisBeside(),
    ...stepsOf(),
    ...trajectoryOf(),
    ...queuedRuns(),
    published('ci.cluster-states.v1', sampleClusterState()),
    published('ci.incident-steps.v1', sampleIncident({ ...runningRef('stop') })),
    ...runningRuns(),
    ...elsewhere(),
    ...measures(),
    adrift(),
    published('ci.incidents.v1', sampleIncident({ ...runningRef('stop') })),
    published('ci.test-states.v1', sampleTestState()),
    published('ci.test-tabs.v1', gridOf()),
    published('ci.test-sheets.v1', sampleTestSheet()),
    published('ci.failure-groups.v1', sampleFailureGroup()),
    published(
      'ci.incidents.v1',
      sampleIncident({
        ...ENDED,
        eventId: 'incident-2',
        incident: key('likely-to-fail', 'ended'),
        state: 'closed',
        verdict: 'failed, as said',
      }),
    ),
    published('ci.dead-letters.v1', sampleDeadLetter()),
    ...pulls(),
  ].sort((a, b) => a.at - b.at)
