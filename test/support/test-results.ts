/** Results of tests, for tests: a word of letters is what one test did, run by run. */

import type { RunRef, TestResult, TestStatus } from '../../schemas/events.ts'
import { FAIL, FLAKY, NONE, PASS, QUIET, SKIP } from '../../processors/tests/kinds.ts'

const STATUS: Readonly<Record<string, TestStatus>> = {
  P: 'passed',
  F: 'failed',
  E: 'error',
  K: 'flaky',
  S: 'skipped',
}
const KIND: Readonly<Record<string, number>> = {
  P: PASS,
  F: FAIL,
  K: FLAKY,
  S: SKIP,
  Q: QUIET,
  '.': NONE,
}

/** Cells by letter: P passed, F failed, K flaky, S skipped, Q quiet, a dot for none; a number repeats. Example: `P3 F` is P P P F. */
export const cells = (text: string): number[] =>
  [...text.matchAll(/([PFKSQ.])(\d*)/g)].flatMap(([, letter = '', times = '']) =>
    new Array<number>(times === '' ? 1 : Number(times)).fill(KIND[letter] ?? NONE),
  )

export const aResult = (
  run: RunRef,
  test: string,
  letter: string,
  at: number,
  more: Partial<TestResult> = {},
): TestResult => ({
  ...run,
  eventId: `${run.job}/${run.runId}/${run.attempt}/test/${test}/${letter}/${at}`,
  ...{ eventAt: at, observedAt: at },
  ...{ test, status: STATUS[letter] ?? 'unknown', rawStatus: letter },
  ...{ durationSeconds: null, message: null },
  ...more,
})
