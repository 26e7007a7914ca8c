/**
 * test_net_improvement: test_working_rate of the window − that of the window before. Unit: ratio. Window: 7 d, 30 d,
 * by when a run was first heard.
 * Assumes that results are independent; null unless both windows have results.
 * Source: Sippy; interval of Newcombe 1998, method 10.
 * Example (reading.ts): null.
 */

import { differenceOf } from '../net-improvement.ts'
import { NOTHING } from '../row.ts'
import { resultsOf } from './reading.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const testNetImprovement: TestKpiRow = {
  name: 'test_net_improvement',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'test_working_rate of the window − that of the window before',
  compatDoc: null,
  example: [null, null],
  value: (of) =>
    of.failuresOnly
      ? NOTHING
      : differenceOf(
          of.passed + of.flaky,
          resultsOf(of),
          of.before.passed + of.before.flaky,
          of.before.passed + of.before.flaky + of.before.failed,
        ),
  compat: noCompat,
}
