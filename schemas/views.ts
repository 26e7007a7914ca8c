/**
 * THE view table: read models, written by sinks and asked by the API. A view is a set of rows by key, each with a
 * number to sort by; a name with `/` is one view per subject, such as the runs of one job.
 */

import type {
  AlertSettings,
  ClusterState,
  Decision,
  Forecast,
  Incident,
  JobProfile,
  Pace,
  Kpi,
  Measure,
  MergeForecast,
  MergeScore,
  Run,
  Score,
  DeadLetter,
  FailureGroup,
  FailureKind,
  FailureSignature,
  TestSheet,
  TestState,
  TestTab,
} from './events.ts'
import { SLICE_DIMENSIONS } from './slices.ts'
import { TOPICS, type TopicName } from './topics.ts'

/** One point of a run's trajectory: what was said about it, in order. The curve is kept for the newest forecast only. */
export type TrajectoryPoint =
  | {
      readonly kind: 'forecast'
      readonly forecast: Omit<Forecast, 'curveSeconds' | 'curvePFail'>
    }
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'score'; readonly score: Score }

/** What was heard of a step of a run: that it started, or how it ended. */
export interface StepPoint {
  readonly step: string
  /** null where it started. */
  readonly outcome: Run['outcome']
  readonly startedAt: number | null
  /** When it started, or ended. */
  readonly at: number
}

/** One point of what was said of a pull request. */
export type PullPoint =
  | { readonly kind: 'forecast'; readonly forecast: MergeForecast }
  | { readonly kind: 'score'; readonly score: MergeScore }

/** A run of the pass strip of a job. */
export interface RunMark {
  readonly runId: string
  readonly attempt: number
  readonly phase: Run['phase']
  readonly outcome: Run['outcome']
  readonly queuedAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
}
/** A dead letter without its bytes, which lie in the topic. */
export type DeadLetterRow = Omit<DeadLetter, 'payload'> & { readonly payloadBytes: number }

/** Value of each view's rows. Keys and sort values are in the comments; times in milliseconds. */
export interface Views {
  /** Every run, by run key; sort: started or queued. */
  runs: Run
  /** Runs that run and have a forecast, by run key; sort: pFail. */
  running: RunningRow
  /** Runs that wait, by run key; sort: queued. */
  queued: RunMark & { readonly source: string; readonly repo: string; readonly job: string }
  /** The newest forecast and decision of a run, by run key; not listed. */
  forecasts: Forecast
  decisions: Decision
  /** The newest score of a run, by run key; sort: observedAt. */
  scores: Score
  /** `job-runs/<job key>`, by run name; sort: started or queued. */
  'job-runs': RunMark
  /** `trajectory/<run key>`, by event id; sort: observedAt, then order within the instant. */
  trajectory: TrajectoryPoint
  /** `run-steps/<run key>`, by event id; sort: when it started or ended. */
  'run-steps': StepPoint
  /** Every job, by job key; sort: when one of its runs was last queued, started, ended or corrected. */
  jobs: JobRow
  /** Survival and density curves, by job key. */
  profiles: JobProfile
  /** How long steps and tests of a job take, by job key. */
  paces: Pace
  /** Current KPIs, by dimension:subject:window; sort: wide subjects first ({@link widthSort}), then observedAt. */
  kpis: Kpi
  /** `kpi-history/<dimension:subject:window>`, by eventAt; sort: eventAt. */
  'kpi-history': Kpi
  /** What forecasts and stops were worth, by dimension:subject:window; sort as KPIs. */
  measures: Measure
  /** By incident; sort: opened or last changed. */
  incidents: Incident
  /** `incident-history/<incident>`, by event id; sort: observedAt. */
  'incident-history': Incident
  /** What telemetry last said of clusters, by source:place:reporter; sort: observedAt. */
  'cluster-states': ClusterState
  /** Tests of jobs, by job key and test; sort: severity, then how often it failed in the week. */
  tests: TestState
  /** Grids of tests and runs: the head by job key (sort: observedAt), the rows by job key and number of the piece. */
  'test-tabs': TestTab
  'test-sheets': TestSheet
  /** Failures alike, by job key and fingerprint; sort: when last heard. */
  'failure-groups': FailureGroup
  /** The newest forecast of every pull request, by pull key; sort: opened. */
  pulls: MergeForecast
  /** Open ones that have a forecast, by pull key; sort: opened. */
  'open-pulls': { readonly openedAt: number }
  /** The newest score of a pull request, by pull key; sort: when it ended. */
  'pull-scores': MergeScore
  /** `pull-trajectory/<pull key>`, by event id; sort: observedAt, the score last. */
  'pull-trajectory': PullPoint
  /** The kind of a failing run as last told, by run key; sort: observedAt. */
  'failure-kinds': FailureKind
  /** One cause over many runs, by source:repo:signature; sort: when last seen. */
  'failure-signatures': FailureSignature
  /** How alerts are configured, and who owns which jobs, by name; not listed. */
  'alert-settings': AlertSettings
  /** By event id; sort: observedAt. */
  'dead-letters': DeadLetterRow
}
export interface JobRow {
  readonly source: string
  readonly repo: string
  readonly job: string
  readonly lastHeardAt: number
}
/** The newest forecast itself is a row of `forecasts`. */
type RunningRow = Pick<Forecast, 'pFail'>
export type ViewName = keyof Views

/** Views with a row for each key of a compacted topic: a tombstone there deletes the row. */
export const TABLE_VIEWS = {
  profiles: 'ci.job-profiles.v1',
  paces: 'ci.paces.v1',
  kpis: 'ci.kpis.v1',
  measures: 'ci.measures.v1',
  incidents: 'ci.incidents.v1',
  tests: 'ci.test-states.v1',
  'test-tabs': 'ci.test-tabs.v1',
  'test-sheets': 'ci.test-sheets.v1',
  'failure-groups': 'ci.failure-groups.v1',
  'failure-signatures': 'ci.failure-signatures.v1',
  'alert-settings': 'ci.alert-settings.v1',
} as const satisfies Partial<Record<ViewName, TopicName>>
type TableView = keyof typeof TABLE_VIEWS
/** A table is fed by its topic. */
const tableFeeds = Object.fromEntries(
  Object.entries(TABLE_VIEWS).map(([view, topic]) => [view, [topic]]),
) as unknown as Readonly<Record<TableView, readonly TopicName[]>>
const otherFeeds: Readonly<Record<Exclude<ViewName, TableView>, readonly TopicName[]>> = {
  runs: ['ci.runs.v1'],
  running: ['ci.forecasts.v1', 'ci.runs.v1'],
  queued: ['ci.runs.v1'],
  forecasts: ['ci.forecasts.v1'],
  decisions: ['ci.decisions.v1'],
  scores: ['ci.scores.v1'],
  'job-runs': ['ci.runs.v1'],
  trajectory: ['ci.forecasts.v1', 'ci.decisions.v1', 'ci.scores.v1'],
  'run-steps': ['ci.runs.v1'],
  jobs: ['ci.runs.v1'],
  'incident-history': ['ci.incident-steps.v1'],
  'cluster-states': ['ci.cluster-states.v1'],
  'kpi-history': ['ci.kpi-history.v1'],
  pulls: ['ci.merge-forecasts.v1'],
  'open-pulls': ['ci.merge-forecasts.v1', 'ci.merge-scores.v1'],
  'pull-scores': ['ci.merge-scores.v1'],
  'pull-trajectory': ['ci.merge-forecasts.v1', 'ci.merge-scores.v1'],
  'failure-kinds': ['ci.failure-kinds.v1'],
  'dead-letters': ['ci.dead-letters.v1'],
}
/** Topics that feed each view. What is kept of a view outlives all that its topics keep ({@link viewTtlMs}). */
export const VIEW_FEEDS: Readonly<Record<ViewName, readonly TopicName[]>> = {
  ...otherFeeds,
  ...tableFeeds,
}
export const VIEW_NAMES = Object.keys(VIEW_FEEDS) as ViewName[]
/** Topics that feed any view. */
export const VIEW_TOPICS: readonly TopicName[] = [
  ...new Set<TopicName>(Object.values(VIEW_FEEDS).flat()),
]

const DAY_MS = 86_400_000
/**
 * How long a row lives after it was last written, where the store does not know pipeline time: a day longer than the
 * topics of its view keep it, in milliseconds; null where one of them is compacted. Example: `viewTtlMs('runs')` is 91 days.
 */
export const viewTtlMs = (view: ViewName): number | null => {
  const kept = VIEW_FEEDS[view].map((topic) => TOPICS[topic].retentionMs)
  return kept.includes(null) ? null : Math.max(...kept.map(Number)) + DAY_MS
}

/** Families of views with a row for each record of a topic, which is written once and never deleted. */
export const HISTORY_VIEWS: readonly ViewName[] = [
  'trajectory',
  'run-steps',
  'kpi-history',
  'incident-history',
  'pull-trajectory',
]

/** Communities are few and asked for most, labels are more, jobs are many: above any time in milliseconds, so that they come first. */
const WIDTHS: Readonly<Record<string, number>> = {
  community: 4e13,
  repo: 3e13,
  peers: 2e13,
  ...Object.fromEntries(SLICE_DIMENSIONS.map((dimension) => [dimension, 2e13])),
}
/** Sort of a row whose subject has a dimension. Example: a community at 5 ms sorts at 4e13 + 5. */
export const widthSort = (dimension: string, at: number): number => (WIDTHS[dimension] ?? 0) + at

/** Name of one of a family of views. Example: `viewOf('job-runs', jobKey(run))`. */
export const viewOf = (name: ViewName, subject: string): string => `${name}/${subject}`
