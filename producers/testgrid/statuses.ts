/** THE table of TestGrid's 16 cell states: what each says of a test, and what it says of a run in the row Overall. */

import type { Outcome, TestStatus } from '../../schemas/events.ts'

interface StatusRow {
  readonly word: string
  /** Null says nothing yet. */
  readonly test: TestStatus | null
  /** Null ends nothing: the cell is empty, or its run goes on. */
  readonly run: Outcome | null
}
const row = (word: string, test: TestStatus | null, run: Outcome | null): StatusRow => ({
  word,
  test,
  run,
})

export const NO_RESULT = 0
export const RUNNING = 4

const STATUSES: readonly StatusRow[] = [
  row('NO_RESULT', null, null),
  row('PASS', 'passed', 'success'),
  row('PASS_WITH_ERRORS', 'passed', 'success'),
  row('PASS_WITH_SKIPS', 'passed', 'success'),
  row('RUNNING', null, null),
  row('CATEGORIZED_ABORT', 'unknown', 'aborted'),
  row('UNKNOWN', 'unknown', 'unknown'),
  row('CANCEL', 'unknown', 'aborted'),
  row('BLOCKED', 'skipped', 'skipped'),
  row('TIMED_OUT', 'failed', 'timedOut'),
  row('CATEGORIZED_FAIL', 'failed', 'failure'),
  row('BUILD_FAIL', 'failed', 'failure'),
  row('FAIL', 'failed', 'failure'),
  // Passed and failed within one column: for a run that is no verdict.
  row('FLAKY', 'flaky', 'unknown'),
  row('TOOL_FAIL', 'error', 'error'),
  row('BUILD_PASSED', 'passed', 'success'),
]

/** The row of a code; a code that is not known says nothing of a run, and of a test only that there is one. */
export const statusOf = (code: number): StatusRow =>
  STATUSES[code] ?? { word: `STATUS_${code}`, test: 'unknown', run: null }

/** A code as a cell holds it; what is no code at all is one that is not known. */
export const codeOf = (value: number): number =>
  Number.isInteger(value) && value >= 0 && value < 255 ? value : 255

export const isKnownStatus = (code: number): boolean => code < STATUSES.length
