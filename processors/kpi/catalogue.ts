/**
 * THE catalogue of the 46 KPIs that are asked for: where each is told, or why it is not collected. What is not collected has no
 * value anywhere, least of all 0.
 */

import type { TopicName } from '../../schemas/topics.ts'

/** KPIs of `ci.kpis.v1` by name, fields of other topics, or the reason why there are none. */
export type Told =
  | {
      readonly kpis: readonly string[]
      readonly of: 'runs' | 'tests' | 'pulls' | 'clusters' | 'sources'
    }
  | { readonly topic: TopicName; readonly fields: readonly string[] }
  /** Made where it is asked for, by an answer of the API. */
  | { readonly answer: string }
  | { readonly notCollected: string }

interface Entry {
  readonly name: string
  readonly told: readonly Told[]
}
const runs = (...kpis: readonly string[]): Told => ({ kpis, of: 'runs' })
const tests = (...kpis: readonly string[]): Told => ({ kpis, of: 'tests' })
const pulls = (...kpis: readonly string[]): Told => ({ kpis, of: 'pulls' })
const topic = (name: TopicName, ...fields: readonly string[]): Told => ({ topic: name, fields })
const not = (notCollected: string): Told => ({ notCollected })
const entry = (name: string, ...told: readonly Told[]): Entry => ({ name, told })

const NO_DEPLOYMENTS = 'no source tells of deployments'

/** In the order of the list that asks for them, from 1. */
export const CATALOGUE: readonly Entry[] = [
  entry('run_pass_rate', runs('run_pass_rate')),
  entry('run_failure_rate', runs('run_failure_rate')),
  entry('projected_pass_rate', runs('projected_pass_rate')),
  entry('infra_failure_rate', runs('infra_failure_rate')),
  entry('net_improvement', runs('net_improvement'), tests('test_net_improvement')),
  entry('abort_rate', runs('abort_rate')),
  entry('timeout_rate', runs('timeout_rate'), tests('timed_out_percent')),
  entry('blocked_rate', tests('blocked_percent')),
  entry('duration', runs('duration_p50_pass', 'duration_p95_pass', 'duration_p99_fail')),
  entry('queue', runs('queue_p50', 'queue_p95')),
  entry('in_flight, oldest_age', runs('in_flight', 'oldest_age')),
  entry('p_fail_at_age', topic('ci.forecasts.v1', 'pFail', 'pFailLow', 'pFailHigh', 'curvePFail')),
  entry('expected_remaining', topic('ci.forecasts.v1', 'remainingSeconds', 'remainingLow')),
  entry('stop_decision', topic('ci.decisions.v1', 'level', 'reason', 'expectedSavedSeconds')),
  entry('saved_machine_seconds', runs('saved_machine_seconds')),
  entry(
    'stop_precision, recall, false_stop_rate',
    runs('stop_precision', 'false_stop_rate'),
    topic('ci.measures.v1', 'rules'),
  ),
  entry('calibration_ece, brier_skill', runs('calibration_ece', 'brier_skill')),
  entry('wasted_hours', runs('wasted_hours')),
  entry('retest_waste', pulls('retest_waste')),
  entry('average_retests_to_merge', pulls('average_retests_to_merge', 'retests_per_merge')),
  entry(
    'test_pass, flake and working rate',
    tests('test_pass_rate', 'test_flake_rate', 'test_working_rate', 'test_failure_rate'),
    topic('ci.test-states.v1', 'week', 'weekBefore'),
  ),
  entry('flake_severity', tests('flake_severity', 'pass_on_retry')),
  entry(
    'flip_flakiness',
    tests('test_flip_flakiness'),
    topic('ci.test-states.v1', 'flip', 'naive'),
  ),
  entry(
    'transition_score',
    tests('test_transition_score'),
    topic('ci.test-states.v1', 'transition'),
  ),
  entry('pass_to_fail, fail_to_pass rate', tests('pass_to_fail_rate', 'fail_to_pass_rate')),
  entry(
    'consecutive_failure_rate',
    tests('consecutive_failure_rate'),
    topic('ci.test-states.v1', 'failToFail'),
  ),
  entry(
    'failure_streak, mean_failure_length',
    runs('failure_streak', 'mean_failure_length'),
    tests('longest_streak', 'mean_length_of_failures'),
  ),
  entry('mean_time_to_fix', runs('mean_time_to_fix'), tests('mean_time_to_fix')),
  entry('pct_fixed', tests('percent_of_tests_fixed'), topic('ci.test-tabs.v1', 'fixed')),
  entry(
    'co_failure_set',
    tests('correlated_failure_sets', 'average_size_of_correlation_set'),
    topic('ci.test-states.v1', 'together', 'partners'),
  ),
  entry('new_failure', tests('new_failures'), topic('ci.test-tabs.v1', 'fresh', 'persistent')),
  entry(
    'regression_status',
    tests('open_regressions'),
    topic('ci.test-states.v1', 'regressedAt', 'fisher', 'eValue'),
  ),
  entry('run_risk_level', { answer: '/v1/runs/:source/:repo/:job/:runId/:attempt/risk' }),
  entry('staleness', runs('staleness'), topic('ci.test-tabs.v1', 'status')),
  entry('tab_status', topic('ci.test-tabs.v1', 'status')),
  entry(
    'time_to_merge',
    pulls('time_to_merge_p50', 'time_to_merge_p90'),
    topic('ci.merge-forecasts.v1', 'classes', 'quantiles'),
  ),
  entry(
    'pr_pickup, pr_review, pr_coding',
    pulls('pr_pickup_p50', 'pr_review_p50'),
    not('pr_coding: no source tells when the first commit of a pull was written'),
  ),
  entry('time_to_first_signal', pulls('time_to_first_signal_p50', 'time_to_first_signal_p90')),
  entry('unmerged_ratio, open_pr_age_p90', pulls('unmerged_ratio', 'open_pr_age_p90')),
  entry(
    'merge_queue_depth, batch_size, tide_wait',
    pulls('merge_queue_depth', 'merge_queue_mean', 'time_in_merge_queue'),
    not('batch_size: no source tells which pulls a batch tests'),
  ),
  entry('deployment_frequency', not(NO_DEPLOYMENTS)),
  entry('lead_time_for_changes', not(NO_DEPLOYMENTS)),
  entry('change_failure_rate', not(`${NO_DEPLOYMENTS}, nor of rollbacks`)),
  entry('failed_deployment_recovery', not(NO_DEPLOYMENTS)),
  entry('cluster_health_delta', { kpis: ['cluster_health_delta'], of: 'clusters' }),
  entry(
    'ingest_lag, poll_errors, quota_left',
    { kpis: ['source_heard_share', 'source_outages'], of: 'sources' },
    topic('ci.source-states.v1', 'state', 'failures', 'heardAt'),
  ),
]

/** Community health beyond the 46. */
export const COMMUNITY_KPIS: readonly string[] = [
  ...['contributors', 'new_contributor_share', 'contributor_retention', 'reviewers'],
  ...['time_to_first_response_p50', 'issue_time_to_response_p50', 'issue_time_to_close_p50'],
  ...['open_pulls', 'open_issues', 'pull_backlog_change', 'issue_backlog_change', 'merged_per_day'],
]
