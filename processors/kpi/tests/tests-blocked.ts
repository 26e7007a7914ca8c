/**
 * tests_blocked: results that the source calls blocked. Unit: results. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that the source tells blocked from skipped (TestGrid does).
 * Source: AI4CI KPI 1. As published there: the same count, over the first million cells.
 * Example (reading.ts): 1, as published 1.
 */

import { NOTHING, plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const testsBlocked: TestKpiRow = {
  name: 'tests_blocked',
  unit: 'results',
  ai4ci: 1,
  windows: WINDOWED,
  doc: 'results that the source calls blocked',
  compatDoc: 'the same count, over the first million cells',
  example: [1, 1],
  value: ({ blocked, failuresOnly }) =>
    failuresOnly && blocked === 0 ? NOTHING : plain(blocked, blocked),
  compat: ({ blocked }) => blocked,
}
