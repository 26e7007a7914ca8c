/** Words of CI sources for outcomes and test states. */

import type { Outcome, TestStatus } from '../../schemas/events.ts'

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  success: 'success',
  failure: 'failure',
  error: 'error',
  startup_failure: 'error',
  timed_out: 'timedOut',
  cancelled: 'aborted',
  aborted: 'aborted',
  skipped: 'skipped',
  // A neutral check gave no verdict. GitHub lets such a pull request merge, but no result is never green:
  // it is censored like a skipped run, as the published figures of the recordings count it.
  neutral: 'skipped',
  unknown: 'unknown',
}

const TEST_STATUSES: Readonly<Record<string, TestStatus>> = {
  passed: 'passed',
  success: 'passed',
  failed: 'failed',
  failure: 'failed',
  error: 'error',
  skipped: 'skipped',
  // An expected failure says nothing new about the change; JUnit reports write it as skipped.
  xfailed: 'skipped',
  flaky: 'flaky',
  unknown: 'unknown',
}

/** Outcome of a conclusion word, null for a word that is not in the table. */
export const outcomeOf = (word: string): Outcome | null => OUTCOMES[word.toLowerCase()] ?? null

/** State of a test by its word, null for a word that is not in the table. */
export const testStatusOf = (word: string): TestStatus | null =>
  TEST_STATUSES[word.toLowerCase()] ?? null
