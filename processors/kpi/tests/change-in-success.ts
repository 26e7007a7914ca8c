/**
 * change_in_success: builds_passed_percent of the window − that of the window before. Unit: percent points. Window: 7
 * d, 30 d, by when a run was first heard.
 * Assumes that runs are independent; null unless both windows have a run with a verdict.
 * Source: AI4CI KPI 9, announced and never computed; interval of Newcombe 1998, method 10.
 * Example (reading.ts): null.
 */

import { differenceOf } from '../net-improvement.ts'
import { inPoints, noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const changeInSuccess: TestKpiRow = {
  name: 'change_in_success',
  unit: 'percent points',
  ai4ci: 9,
  windows: WINDOWED,
  doc: 'builds_passed_percent of the window − that of the window before',
  compatDoc: null,
  example: [null, null],
  value: ({ builds, buildsBefore }) =>
    inPoints(
      differenceOf(
        builds.passed,
        builds.passed + builds.failed,
        buildsBefore.passed,
        buildsBefore.passed + buildsBefore.failed,
      ),
    ),
  compat: noCompat,
}
