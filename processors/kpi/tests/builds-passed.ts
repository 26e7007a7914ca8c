/**
 * builds_passed: runs of the grid that passed. Unit: runs. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes that the row of the whole run is told as the run itself, once, however it is named.
 * Source: AI4CI KPI 5. As published there: the same count, over every row whose name holds Overall.
 * Example (reading.ts): 2, as published 2.
 */

import { plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const buildsPassed: TestKpiRow = {
  name: 'builds_passed',
  unit: 'runs',
  ai4ci: 5,
  windows: WINDOWED,
  doc: 'runs of the grid that passed',
  compatDoc: 'the same count, over every row whose name holds Overall',
  example: [2, 2],
  value: ({ builds }) => plain(builds.passed, builds.passed),
  compat: ({ builds }) => builds.passed,
}
