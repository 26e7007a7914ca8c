/**
 * pass_on_retry: tests that failed and passed on one commit / tests with a result on a commit. Unit: ratio. Window: 7
 * d, 30 d, by when a run was first heard.
 * Assumes that runs whose commit is not told have one each.
 * Source: Trunk.
 * Example (reading.ts): 0.0556.
 */

import { shareOf } from '../row.ts'
import { noCompat, WINDOWED, type TestKpiRow } from './row.ts'

export const passOnRetry: TestKpiRow = {
  name: 'pass_on_retry',
  unit: 'ratio',
  ai4ci: null,
  windows: WINDOWED,
  doc: 'tests that failed and passed on one commit / tests with a result on a commit',
  compatDoc: null,
  example: [0.0556, null],
  value: ({ commits, failuresOnly }) => shareOf(commits.flaky, failuresOnly ? 0 : commits.all),
  compat: noCompat,
}
