/** Records of tests with a value in every field, to be changed where a test asks. */

import type {
  FailureGroup,
  JobRef,
  SheetRow,
  TestColumn,
  TestCounts,
  TestSheet,
  TestState,
  TestTab,
} from '../../schemas/events.ts'
import { NOON, REF } from './sample-records.ts'

const JOB: JobRef = { source: REF.source, repo: REF.repo, job: REF.job }
const stamp = (eventId: string) => ({ eventId, eventAt: NOON, observedAt: NOON })
const RUN = { runId: '17/a', attempt: 1, at: NOON - 60_000 }

const counts = (change: Partial<TestCounts>): TestCounts => ({
  passed: 0,
  failed: 0,
  flaky: 0,
  skipped: 0,
  quiet: 0,
  ...change,
})

/** A test that failed in three runs on end and passed before. */
export const sampleTestState = (change: Partial<TestState> = {}): TestState => ({
  ...stamp('test-state-1'),
  ...JOB,
  test: 'suite a :: waits for "the node"',
  word: 'regression',
  severity: 90,
  status: 'failed',
  change: 'persistent',
  failuresOnly: false,
  asOf: NOON,
  from: NOON - 86_400_000,
  week: counts({ passed: 4, failed: 3 }),
  weekBefore: counts({ passed: 40 }),
  naive: 0.06,
  flip: 0.02,
  transition: 0.05,
  passToFail: 1,
  failToPass: 0,
  failToFail: 2,
  pairs: 6,
  streak: 3,
  isAlert: true,
  failingRun: RUN,
  passingRun: { ...RUN, runId: '16' },
  fixes: 1,
  fixRuns: 2,
  fixSeconds: 7_200,
  regressedAt: NOON - 30_000,
  basisRuns: 40,
  basisFailures: 0,
  fisher: 0.0021,
  eValue: 57,
  passSeconds: 12.5,
  fingerprint: 'f00d',
  together: [{ test: 'suite a :: drains', phi: 0.97, runs: 3 }],
  partners: 1,
  ...change,
})

const columnOf = (runId: string, at: number): TestColumn => ({
  runId,
  attempt: 1,
  at,
  sha: null,
  outcome: 'success',
  passed: 2,
  failed: 0,
  flaky: 0,
  skipped: 0,
  fresh: 0,
  marks: 3,
})

/** Four runs, the newest of which is column 9. */
export const sampleTestTab = (change: Partial<TestTab> = {}): TestTab => ({
  ...stamp('test-tab-1'),
  ...JOB,
  status: 'flaky',
  recent: 4,
  recentPassed: 1,
  cells: 8,
  cellsPassed: 5,
  tests: 2,
  sheets: 1,
  failing: 1,
  alerts: 1,
  partnered: 1,
  partners: 1,
  persistent: 1,
  fresh: 0,
  fixed: 0,
  installFlake: false,
  failuresOnly: false,
  last: 9,
  columns: [6, 7, 8, 9].map((n) => columnOf(String(n), NOON - (9 - n) * 60_000)),
  ...change,
})

const cell = (count: number, bits: number): number => 16 * count + bits
const rowOf = (change: Partial<SheetRow>): SheetRow => ({
  test: 'suite a :: drains',
  word: 'passing',
  last: 9,
  strip: [cell(4, 1)],
  ...change,
})
/** One test that passed once and failed three times, and one that passed. */
export const sampleTestSheet = (change: Partial<TestSheet> = {}): TestSheet => ({
  ...stamp('test-sheet-1'),
  ...JOB,
  sheet: 0,
  rows: [
    rowOf({}),
    rowOf({ test: sampleTestState().test, word: 'regression', strip: [cell(1, 1), cell(3, 2)] }),
  ],
  ...change,
})

export const sampleFailureGroup = (change: Partial<FailureGroup> = {}): FailureGroup => ({
  ...stamp('failure-group-1'),
  ...JOB,
  fingerprint: 'f00d',
  text: 'timed out after # s waiting for node #',
  runs: 3,
  results: 3,
  tests: 1,
  names: [sampleTestState().test],
  firstAt: NOON - 600_000,
  lastAt: NOON - 60_000,
  lastRunId: RUN.runId,
  lastAttempt: 1,
  ...change,
})
