/** THE topic table: everything that is said between folders. One row is one topic. */

import type { Records } from './events.ts'
import { jobKey, key } from './keys.ts'
import type { SchemaName } from './names.ts'

const DAY_MS = 86_400_000

/** One topic. `rank` orders inputs that carry the same pipeline time; `retentionMs` is null for compacted topics. */
export interface TopicRow<S extends SchemaName = SchemaName> {
  readonly schema: S
  readonly keyOf: (record: Records[S]) => string
  readonly keyDoc: string
  readonly cleanup: 'delete' | 'compact'
  readonly retentionMs: number | null
  readonly partitions: number
  readonly doc: string
  /** True where records of one key come from several keys: at one instant they are handled by event id. */
  readonly joins?: boolean
}
const row = <S extends SchemaName>(
  schema: S,
  keyDoc: string,
  keyOf: (record: Records[S]) => string,
  doc: string,
  days: number | null = 90,
): TopicRow<S> => ({
  schema,
  keyOf,
  keyDoc,
  cleanup: days === null ? 'compact' : 'delete',
  retentionMs: days === null ? null : days * DAY_MS,
  partitions: 12,
  doc,
})

/**
 * Topics in rank order: at one instant, records of an earlier row are handled first.
 */
export const TOPICS = {
  'ci.run-events.v1': row(
    'run-event',
    'job key source:repo:job',
    jobKey,
    'What happened to job runs, as heard.',
  ),
  'ci.test-results.v1': row('test-result', 'job key', jobKey, 'One test in one run.'),
  'ci.pull-events.v1': row(
    'pull-event',
    'source:repo',
    (r) => key(r.source, r.repo),
    'What happened to pull requests.',
  ),
  'ci.issue-events.v1': row(
    'issue-event',
    'source:repo',
    (r) => key(r.source, r.repo),
    'What happened to issues.',
  ),
  'ci.tab-states.v1': row(
    'tab-state',
    'job key',
    jobKey,
    'Tabs of dashboards as their state or the tests they alert on change.',
  ),
  'ci.cluster-states.v1': row(
    'cluster-state',
    'source:place',
    (r) => key(r.source, r.place),
    'Troubles of clusters, as telemetry tells them.',
  ),
  'ci.log-excerpts.v1': row(
    'log-excerpt',
    'job key',
    jobKey,
    'Lines of logs that may tell of a failure, as the logs grow.',
    30,
  ),
  'ci.runs.v1': row(
    'run',
    'job key',
    jobKey,
    'Runs as they change: each change of state once, however often it was heard.',
  ),
  'ci.group-runs.v1': {
    ...row(
      'group-run',
      'source:repo',
      (r) => key(r.source, r.repo),
      'Starts and ends of the runs of a group, re-keyed by repository.',
      2,
    ),
    joins: true,
  },
  'ci.pull-runs.v1': {
    ...row(
      'pull-run',
      'source:repo',
      (r) => key(r.source, r.repo),
      'Ends of the runs of pull requests, re-keyed by repository.',
      2,
    ),
    joins: true,
  },
  'ci.slice-ends.v1': {
    ...row(
      'slice-end',
      'source, or source:repo',
      (r) => r.scope,
      'Ends of runs with the labels that KPIs are rolled up by, re-keyed by what these are values of.',
      2,
    ),
    joins: true,
  },
  'ci.cluster-runs.v1': {
    ...row(
      'cluster-run',
      'source:place',
      (r) => key(r.source, r.place),
      'Starts and ends of runs that telemetry tells of, re-keyed by where they run.',
      2,
    ),
    joins: true,
  },
  'ci.cluster-shares.v1': {
    ...row(
      'cluster-share',
      'source:cluster',
      (r) => key(r.source, r.cluster),
      'What a job adds to the comparison of a cluster with others, re-keyed by cluster.',
      2,
    ),
    joins: true,
  },
  'ci.signals.v1': {
    ...row('signal', 'job key', jobKey, 'What happened elsewhere that matters to a running run.'),
    joins: true,
  },
  'ci.priors.v1': row(
    'prior',
    'pool',
    (r) => r.pool,
    'Survival and outcomes of job families and communities by full hour.',
    null,
  ),
  'ci.forecasts.v1': row(
    'forecast',
    'job key',
    jobKey,
    'Forecasts for running runs, at each recomputation.',
  ),
  'ci.decisions.v1': row(
    'decision',
    'job key',
    jobKey,
    'Transitions of the advice for running runs, each once; and that a run may hang.',
  ),
  'ci.change-decisions.v1': row(
    'change-decision',
    'source:repo:group',
    (r) => key(r.source, r.repo, r.group),
    'What is ahead of changes, and what their runs are still worth once a required job failed.',
  ),
  'ci.pull-checks.v1': {
    ...row(
      'pull-check',
      'source:repo',
      (r) => key(r.source, r.repo),
      'How the runs of pull requests stand, and which of them are likely to fail, re-keyed by repository.',
      2,
    ),
    joins: true,
  },
  'ci.scores.v1': row(
    'score',
    'job key',
    jobKey,
    'Forecasts and decisions of a run against what happened.',
  ),
  'ci.job-profiles.v1': row(
    'job-profile',
    'job key',
    jobKey,
    'How the runs of a job last and end, as its forecasts see it.',
    null,
  ),
  'ci.paces.v1': row(
    'pace',
    'job key',
    jobKey,
    'How long the steps and tests of a job take, those past the point where they still pass first.',
    null,
  ),
  'ci.pool-outcomes.v1': {
    ...row('pool-outcome', 'pool', (r) => r.pool, 'Finished runs re-keyed by pool.'),
    joins: true,
  },
  'ci.alert-settings.v1': row(
    'alert-settings',
    'always alerts',
    (r) => r.name,
    'How alert rules are configured.',
    null,
  ),
  'ci.incidents.v1': row(
    'incident',
    'incident',
    (r) => r.incident,
    'Alerts: open, update and close of one incident per key.',
    null,
  ),
  'ci.incident-steps.v1': row(
    'incident',
    'incident',
    (r) => r.incident,
    'Every record of every incident, in order.',
  ),
  'ci.kpis.v1': row(
    'kpi',
    'dimension:subject:window',
    (r) => key(r.dimension, r.subject, r.window),
    'Current KPIs of a subject over a window.',
    null,
  ),
  'ci.kpi-history.v1': row(
    'kpi',
    'dimension:subject',
    (r) => key(r.dimension, r.subject),
    'KPIs at pane ends.',
  ),
  'ci.measures.v1': row(
    'measure',
    'dimension:subject:window',
    (r) => key(r.dimension, r.subject, r.window),
    'What forecasts and stops were worth, beside every baseline.',
    null,
  ),
  'ci.kpi-partials.v1': {
    ...row(
      'kpi-partial',
      'dimension:subject',
      (r) => key(r.dimension, r.subject),
      'What a job adds to its repository, or a repository to its community, by pane.',
      2,
    ),
    joins: true,
  },
  'ci.test-states.v1': row(
    'test-state',
    'job key, test',
    (r) => key(r.source, r.repo, r.job, r.test),
    'What the results of a test in a job come to, told when that changes.',
    null,
  ),
  'ci.test-sheets.v1': row(
    'test-sheet',
    'job key, sheet',
    (r) => key(r.source, r.repo, r.job, String(r.sheet)),
    'Grids of tests and runs, in pieces of some tests.',
    null,
  ),
  'ci.test-tabs.v1': row(
    'test-tab',
    'job key',
    jobKey,
    'The tests of a job as a whole, and the runs of its grid.',
    null,
  ),
  'ci.failure-groups.v1': row(
    'failure-group',
    'job key, fingerprint',
    (r) => key(r.source, r.repo, r.job, r.fingerprint),
    'Failures whose messages are alike, as one thing.',
    null,
  ),
  'ci.merge-priors.v1': row(
    'merge-prior',
    'pool',
    (r) => r.pool,
    'Time to merge in communities, by full hour.',
    null,
  ),
  'ci.merge-forecasts.v1': row(
    'merge-forecast',
    'source:repo',
    (r) => key(r.source, r.repo),
    'Whether and when open pull requests are expected to merge.',
  ),
  'ci.merge-scores.v1': row(
    'merge-score',
    'source:repo',
    (r) => key(r.source, r.repo),
    'Forecasts of pull requests against what happened.',
  ),
  'ci.pull-outcomes.v1': {
    ...row('pull-outcome', 'pool', (r) => r.pool, 'Ended pull requests re-keyed by community.'),
    joins: true,
  },
  'ci.failure-kinds.v1': row(
    'failure-kind',
    'job key',
    jobKey,
    'Kinds of failures with their decisive lines, told while a run still runs where they are plain.',
  ),
  'ci.failure-sightings.v1': {
    ...row(
      'failure-sighting',
      'source:repo',
      (r) => key(r.source, r.repo),
      'Failures of ended runs, each once, re-keyed by repository.',
      2,
    ),
    joins: true,
  },
  'ci.failure-signatures.v1': row(
    'failure-signature',
    'source:repo:signature',
    (r) => key(r.source, r.repo, r.signature),
    'One cause over many runs, with its first and last sight.',
    null,
  ),
  'ci.source-states.v1': row(
    'source-state',
    'source',
    (r) => r.source,
    'Sources that cannot be heard, are stale, or are heard again.',
  ),
  'ci.symptoms.v1': {
    ...row(
      'symptom',
      'source:repo',
      (r) => key(r.source, r.repo),
      'What alert rules find, and find gone, by repository.',
      14,
    ),
    joins: true,
  },
  'ci.incident-commands.v1': row(
    'incident-command',
    'source:repo',
    (r) => key(r.source, r.repo),
    'What people asked for incidents: who took or muted one.',
  ),
  'ci.acts.v1': row(
    'act',
    'job key',
    jobKey,
    'What was done about stops, step by step: the audit of acting.',
  ),
  'ci.dead-letters.v1': row(
    'dead-letter',
    'origin',
    (r) => r.origin,
    'Bytes that can never succeed, with reason and position.',
  ),
} as const

export type TopicName = keyof typeof TOPICS
export type RecordOf<T extends TopicName> = Records[(typeof TOPICS)[T]['schema']]
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[]

/** Position of a topic in the table; orders records of one instant. */
export const topicRank = (topic: TopicName): number => TOPIC_NAMES.indexOf(topic)
