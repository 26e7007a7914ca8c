/** THE table of KPIs of tests: one file one row. They are told of each job as dimension `tests`. */

import { averageSizeOfCorrelationSet } from './average-size-of-correlation-set.ts'
import { averageTimeToTest } from './average-time-to-test.ts'
import { blockedPercent } from './blocked-percent.ts'
import { buildsFailed } from './builds-failed.ts'
import { buildsFailedPercent } from './builds-failed-percent.ts'
import { buildsPassed } from './builds-passed.ts'
import { buildsPassedPercent } from './builds-passed-percent.ts'
import { changeInSuccess } from './change-in-success.ts'
import { consecutiveFailureRate } from './consecutive-failure-rate.ts'
import { correlatedFailureSets } from './correlated-failure-sets.ts'
import { failToPassRate } from './fail-to-pass-rate.ts'
import { failingNow } from './failing-now.ts'
import { failingPercent } from './failing-percent.ts'
import { failingTests } from './failing-tests.ts'
import { flakeSeverity } from './flake-severity.ts'
import { flakyTests } from './flaky-tests.ts'
import { longestStreak } from './longest-streak.ts'
import { meanLengthOfFailures } from './mean-length-of-failures.ts'
import { meanTimeToFix } from './mean-time-to-fix.ts'
import { newFailures } from './new-failures.ts'
import { openAlerts } from './open-alerts.ts'
import { openRegressions } from './open-regressions.ts'
import { passOnRetry } from './pass-on-retry.ts'
import { passToFailRate } from './pass-to-fail-rate.ts'
import { passingPercent } from './passing-percent.ts'
import { passingTests } from './passing-tests.ts'
import { percentOfTestsFixed } from './percent-of-tests-fixed.ts'
import { testFailureRate } from './test-failure-rate.ts'
import { testFlakeRate } from './test-flake-rate.ts'
import { testFlipFlakiness } from './test-flip-flakiness.ts'
import { testNetImprovement } from './test-net-improvement.ts'
import { testPassRate } from './test-pass-rate.ts'
import { testTransitionScore } from './test-transition-score.ts'
import { testWorkingRate } from './test-working-rate.ts'
import { testsBlocked } from './tests-blocked.ts'
import { testsTimedOut } from './tests-timed-out.ts'
import { timedOutPercent } from './timed-out-percent.ts'
import { totalTests } from './total-tests.ts'
import type { TestKpiRow, TestWindow } from './row.ts'

/** In the order of AI4CI's catalogue, then those of Sippy, TestGrid and others. */
export const TEST_KPIS: readonly TestKpiRow[] = [
  testsBlocked,
  blockedPercent,
  testsTimedOut,
  timedOutPercent,
  buildsPassed,
  buildsPassedPercent,
  buildsFailed,
  buildsFailedPercent,
  changeInSuccess,
  correlatedFailureSets,
  averageSizeOfCorrelationSet,
  flakyTests,
  flakeSeverity,
  percentOfTestsFixed,
  meanLengthOfFailures,
  meanTimeToFix,
  consecutiveFailureRate,
  passToFailRate,
  failToPassRate,
  totalTests,
  passingTests,
  failingTests,
  passingPercent,
  failingPercent,
  averageTimeToTest,
  testPassRate,
  testFlakeRate,
  testFailureRate,
  testWorkingRate,
  testNetImprovement,
  testFlipFlakiness,
  testTransitionScore,
  passOnRetry,
  failingNow,
  newFailures,
  openAlerts,
  openRegressions,
  longestStreak,
]

const rowsIn = (window: TestWindow): readonly TestKpiRow[] =>
  TEST_KPIS.filter(({ windows }) => windows.includes(window))
/** Rows of a record over a window, in the order of the table. */
export const TEST_ROWS: Readonly<Record<TestWindow, readonly TestKpiRow[]>> = {
  now: rowsIn('now'),
  '7d': rowsIn('7d'),
  '30d': rowsIn('30d'),
}
