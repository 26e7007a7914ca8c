/**
 * The tests of a job in the shape of TestGrid's own answers, so that what reads TestGrid reads Stopline. A dashboard is a
 * repository (`source:repo`), a tab one of its jobs. Newest columns come first. Units are TestGrid's: milliseconds for the
 * start of columns and of the last run, seconds for failures and passes. Pure.
 */

import type { TestKind, TestSheet, TestState, TestTab } from '../../schemas/events.ts'
import { bitsOf, kindOf } from '../../schemas/strips.ts'

/** Result codes of cells, for what a cell can come to. */
const CODES: Readonly<Record<TestKind, number>> = {
  none: 0,
  quiet: 0,
  passed: 1,
  skipped: 3,
  failed: 12,
  flaky: 13,
}
const [NO_RESULT, PASS, RUNNING, FAIL] = [0, 1, 4, 12]
const SHORT: Readonly<Record<number, string>> = { 4: 'R', 12: 'F', 13: 'F' }
/** Numbers of overall states. */
const STATES: Readonly<Record<TestTab['status'], number>> = {
  unknown: 1,
  passing: 2,
  failing: 3,
  flaky: 4,
  stale: 5,
  broken: 6,
  pending: 7,
  acceptable: 8,
}

interface Row {
  readonly name: string
  readonly 'original-name': string
  readonly statuses: readonly { readonly count: number; readonly value: number }[]
  /** One for each cell with a result. */
  readonly messages: readonly string[]
  readonly short_texts: readonly string[]
}

/** Runs of equal codes, newest first. Example: 12, 12, 1 is two of 12 and one of 1. */
export const statusesOf = (codes: readonly number[]): { count: number; value: number }[] => {
  const runs: { count: number; value: number }[] = []
  for (const value of codes) {
    const last = runs.at(-1)
    if (last?.value === value) last.count += 1
    else runs.push({ count: 1, value })
  }
  return runs
}

const rowOf = (name: string, codes: readonly number[]): Row => {
  const told = codes.filter((code) => code !== NO_RESULT)
  return {
    name,
    'original-name': name,
    statuses: statusesOf(codes),
    messages: told.map(() => ''),
    short_texts: told.map((code) => SHORT[code] ?? ''),
  }
}

/** The result of each run as a whole. */
const overallOf = (tab: TestTab): Row =>
  rowOf(
    'Overall',
    [...tab.columns]
      .reverse()
      .map(({ outcome }) =>
        outcome === null
          ? RUNNING
          : outcome === 'success'
            ? PASS
            : outcome === 'failure' || outcome === 'error' || outcome === 'timedOut'
              ? FAIL
              : NO_RESULT,
      ),
  )

/** `/{dashboard}/table?tab=`: every test of a job, run by run. */
export const tableOf = (tab: TestTab, sheets: readonly TestSheet[]): object => {
  const columns = [...tab.columns].reverse()
  const first = tab.last - columns.length + 1
  const rows = sheets
    .flatMap((sheet) => sheet.rows)
    .sort((a, b) => (a.test < b.test ? -1 : 1))
    .map((row) =>
      rowOf(
        row.test,
        bitsOf(row, first, columns.length)
          .reverse()
          .map((bits) => CODES[kindOf(bits)]),
      ),
    )
  const tests = [overallOf(tab), ...rows]
  return {
    'test-group-name': tab.job,
    query: `${tab.source}/${tab.repo}/${tab.job}`,
    status: statusText(tab),
    'overall-status': STATES[tab.status],
    changelists: columns.map(({ runId }) => runId),
    column_ids: columns.map(({ runId, attempt }) => `\ue000${runId}#${attempt}`),
    timestamps: columns.map(({ at }) => at),
    'column-header-names': ['Date', 'Time', 'Commit'],
    'custom-columns': [columns.map(({ sha }) => sha ?? '')],
    tests,
    row_ids: tests.map(({ name }) => name),
    'num-stale-tests': 0,
  }
}

const share = (part: number, whole: number): string =>
  whole === 0 ? '0.0%' : `${((100 * part) / whole).toFixed(1)}%`

/** Example: `0 of 9 (0.0%) recent columns passed (1085 of 1103 or 98.4% cells)`. */
export const statusText = ({ recentPassed, recent, cellsPassed, cells }: TestTab): string =>
  `${recentPassed} of ${recent} (${share(recentPassed, recent)}) recent columns passed ` +
  `(${cellsPassed} of ${cells} or ${share(cellsPassed, cells)} cells)`

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** One tab of `/{dashboard}/summary`; `failing` are its tests with an open alert. */
export const summaryOf = (tab: TestTab, failing: readonly TestState[]): object => ({
  dashboard_name: `${tab.source}:${tab.repo}`,
  alert: '',
  overall_status: tab.status.toUpperCase(),
  status: statusText(tab),
  last_run_timestamp: tab.columns.at(-1)?.at ?? 0,
  last_update_timestamp: seconds(tab.observedAt),
  latest_green:
    [...tab.columns].reverse().find(({ outcome }) => outcome === 'success')?.runId ?? '',
  tests: failing.map((test) => ({
    display_name: test.test,
    test_name: test.test,
    fail_count: test.streak,
    fail_timestamp: test.failingRun === null ? 0 : seconds(test.failingRun.at),
    pass_timestamp: test.passingRun === null ? 0 : seconds(test.passingRun.at),
    build_link_text: test.failingRun?.runId ?? '',
    failure_message: '',
    linked_bugs: [],
  })),
})
