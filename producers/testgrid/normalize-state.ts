/** State of a tab and the tests it alerts on, to a record of what changed. */

import type { TabAlert, TabCondition, TabState } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key } from '../../schemas/keys.ts'
import type { Note } from '../payload/heard.ts'
import type { TabSummary } from './normalize-summary.ts'

/** THE table of the states of a tab, in the words of the page and of the REST interface. */
const CONDITIONS: ReadonlyMap<string, TabCondition> = new Map([
  ['PASSING', 'passing'],
  ['PASS', 'passing'],
  ['FAILING', 'failing'],
  ['FAIL', 'failing'],
  ['FLAKY', 'flaky'],
  ['STALE', 'stale'],
  ['BROKEN', 'broken'],
  ['PENDING', 'pending'],
  ['ACCEPTABLE', 'acceptable'],
  ['UNKNOWN', 'unknown'],
  ['NOT_SET', 'unknown'],
])
const MAX_ALERTS = 100
const MAX_MESSAGE = 500

export interface StateOptions {
  readonly source: string
  readonly dashboard: string
  readonly now: number
}
export interface StateReading {
  readonly record: TabState
  /** Changes with what is told: equal marks say the same. */
  readonly mark: string
}

/** Counts and times of an alert change with each update; which tests fail since when is what matters. */
const markOf = (condition: string, alerts: readonly TabAlert[], count: number): string =>
  derivedId(
    JSON.stringify([condition, count, alerts.map(({ test, build }) => [test, build])]),
    'tab',
  ).slice(0, 12)

/** What a summary says of its tab. An unknown word is kept raw, and noted. */
export const readState = (
  summary: TabSummary,
  { source, dashboard, now }: StateOptions,
  notes: Note[],
): StateReading => {
  const { tab, status, updatedAt } = summary
  const state = CONDITIONS.get(status)
  if (state === undefined)
    notes.push({ oddity: 'unknown-word', detail: `tab state ${status.slice(0, 80)}` })
  const alerts = summary.alerts
    .slice(0, MAX_ALERTS)
    .map(({ test, failCount, failedAt, passedAt, build, message }): TabAlert => ({
      ...{ test: test.slice(0, 1000), failures: failCount, failedAt, passedAt, build },
      message: message?.slice(0, MAX_MESSAGE) ?? null,
    }))
  const mark = markOf(status, alerts, summary.alerts.length)
  const record: TabState = {
    eventId: key(source, dashboard, tab, 'state', mark, String(updatedAt ?? now)),
    eventAt: updatedAt ?? now,
    observedAt: now,
    source,
    repo: dashboard,
    job: tab,
    state: state ?? 'unknown',
    rawState: status,
    detail: summary.detail,
    ranAt: summary.ranAt,
    latestGreen: summary.latestGreen,
    alertCount: summary.alerts.length,
    alerts,
  }
  return { record, mark }
}
