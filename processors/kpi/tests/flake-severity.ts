/**
 * flake_severity: mean over tests with a result of flaky results / results. Unit: ratio. Window: 7 d, 30 d, by when a
 * run was first heard.
 * Assumes that tests of one name in two jobs are two tests.
 * Source: AI4CI KPI 13, which mixed all jobs under one name. As published there: mean over tests of flaky / all runs,
 * empty cells too.
 * Example (reading.ts): 0.05, as published 0.0417.
 */

import { quotientOf, WINDOWED, type TestKpiRow } from './row.ts'

export const flakeSeverity: TestKpiRow = {
  name: 'flake_severity',
  unit: 'ratio',
  ai4ci: 13,
  windows: WINDOWED,
  doc: 'mean over tests with a result of flaky results / results',
  compatDoc: 'mean over tests of flaky / all runs, empty cells too',
  example: [0.05, 0.0417],
  value: ({ severity, failuresOnly }) =>
    quotientOf(severity.sum, failuresOnly ? 0 : severity.tests),
  compat: ({ severity, tests }) => (tests === 0 ? null : severity.compat / tests),
}
