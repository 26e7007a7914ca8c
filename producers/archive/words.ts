/** Words of CI sources for outcomes and test states. */

import type { Outcome, TestStatus } from '../../schemas/events.ts'

/** A map, since every object knows words such as `constructor`. */
const mapOf = <T>(words: Readonly<Record<string, T>>): ReadonlyMap<string, T> =>
  new Map(Object.entries(words))

const OUTCOMES: ReadonlyMap<string, Outcome> = mapOf({
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
})

const TEST_STATUSES: ReadonlyMap<string, TestStatus> = mapOf({
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
})

/** Outcome of a conclusion word, null for a word that is not in the table. */
export const outcomeOf = (word: string): Outcome | null => OUTCOMES.get(word.toLowerCase()) ?? null

/** State of a test by its word, null for a word that is not in the table. */
export const testStatusOf = (word: string): TestStatus | null =>
  TEST_STATUSES.get(word.toLowerCase()) ?? null
