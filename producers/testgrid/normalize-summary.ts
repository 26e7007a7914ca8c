/** State of the tabs of a dashboard: when each was last updated, and the tests it alerts on. */

import { noteFields, type Note } from '../payload/heard.ts'
import { isJson, jsonAt, jsonOf, jsonsAt, numberAt, textAt, type Json } from '../payload/json.ts'
import { timesOf } from '../payload/times.ts'
import { SUMMARY_FIELDS } from './fields.ts'

interface FailingTest {
  readonly test: string
  /** Failures in a row; null where it is not told. */
  readonly failCount: number | null
  readonly failedAt: number | null
  readonly passedAt: number | null
  /** Run of the first of these failures. */
  readonly build: string | null
  readonly message: string | null
}
export interface TabSummary {
  readonly tab: string
  /** PASSING, FAILING, FLAKY, STALE and their like, as TestGrid writes it. */
  readonly status: string
  readonly ranAt: number | null
  readonly updatedAt: number | null
  /** One line about it, for people. */
  readonly detail: string | null
  /** Its newest run that passed. */
  readonly latestGreen: string | null
  readonly alerts: readonly FailingTest[]
}

const countAt = (test: Json): number | null => {
  const count = numberAt(test, 'fail_count')
  return count !== null && Number.isInteger(count) && Math.abs(count) < 2 ** 31 ? count : null
}

/** `/DASHBOARD/summary`: a map of tabs. The last run is told in milliseconds, the last update and the alerts in seconds. */
export const readSummary = (payload: unknown, now: number, notes: Note[]): TabSummary[] => {
  const times = timesOf(now, notes)
  return Object.entries(jsonOf(payload)).flatMap(([tab, summary]) => {
    if (!isJson(summary)) return []
    noteFields(summary, SUMMARY_FIELDS, '', notes)
    return {
      tab,
      status: textAt(summary, 'overall_status') ?? 'UNKNOWN',
      ranAt: times.millis(summary, 'last_run_timestamp'),
      updatedAt: times.seconds(summary, 'last_update_timestamp'),
      detail: textAt(summary, 'status'),
      latestGreen: textAt(summary, 'latest_green'),
      alerts: jsonsAt(summary, 'tests').map((test) => ({
        test: textAt(test, 'test_name') ?? textAt(test, 'display_name') ?? '',
        failCount: countAt(test),
        failedAt: times.seconds(test, 'fail_timestamp'),
        passedAt: times.seconds(test, 'pass_timestamp'),
        build: textAt(test, 'build_link_text'),
        message: textAt(test, 'failure_message'),
      })),
    }
  })
}

/** `/api/v1/dashboards/D/tab-summaries`: a list, with times as text. */
export const readTabSummaries = (payload: unknown, now: number, notes: Note[]): TabSummary[] => {
  const times = timesOf(now, notes)
  const named = jsonsAt(jsonOf(payload), 'tab_summaries').filter(
    (summary) => textAt(summary, 'tab_name') !== null,
  )
  return named.map((summary) => ({
    tab: textAt(summary, 'tab_name') ?? '',
    status: textAt(summary, 'overall_status') ?? 'UNKNOWN',
    ranAt: times.iso(summary, 'last_run_timestamp'),
    updatedAt: times.iso(summary, 'last_update_timestamp'),
    detail: textAt(summary, 'detailed_status_message'),
    latestGreen: textAt(summary, 'latest_passing_build'),
    alerts: jsonsAt(jsonAt(summary, 'failures_summary'), 'top_failing_tests').map((test) => ({
      test: textAt(test, 'display_name') ?? textAt(test, 'test_name') ?? '',
      failCount: countAt(test),
      failedAt: times.iso(test, 'fail_timestamp'),
      passedAt: times.iso(test, 'pass_timestamp'),
      build: textAt(test, 'build_link_text') ?? textAt(test, 'fail_build_id'),
      message: textAt(test, 'failure_message'),
    })),
  }))
}
