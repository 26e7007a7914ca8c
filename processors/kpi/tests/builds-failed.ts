/**
 * builds_failed: runs of the grid that failed in any way. Unit: runs. Window: 7 d, 30 d, by when a run was first heard.
 * Assumes as builds_passed; error and timed-out runs failed.
 * Source: AI4CI KPI 7. As published there: the same count, over every row whose name holds Overall.
 * Example (reading.ts): 3, as published 3.
 */

import { plain } from '../row.ts'
import { WINDOWED, type TestKpiRow } from './row.ts'

export const buildsFailed: TestKpiRow = {
  name: 'builds_failed',
  unit: 'runs',
  ai4ci: 7,
  windows: WINDOWED,
  doc: 'runs of the grid that failed in any way',
  compatDoc: 'the same count, over every row whose name holds Overall',
  example: [3, 3],
  value: ({ builds }) => plain(builds.failed, builds.failed),
  compat: ({ builds }) => builds.failed,
}
