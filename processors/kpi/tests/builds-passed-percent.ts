/**
 * builds_passed_percent: runs passed / runs that passed or failed. Unit: percent. Window: 7 d, 30 d, by when a run was
 * first heard.
 * Assumes that an aborted or unknown run says nothing.
 * Source: AI4CI KPI 6. As published there: 100 · passed / all runs, those without a verdict too.
 * Example (reading.ts): 40, as published 33.3333.
 */

import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const buildsPassedPercent: TestKpiRow = {
  name: 'builds_passed_percent',
  unit: 'percent',
  ai4ci: 6,
  windows: WINDOWED,
  doc: 'runs passed / runs that passed or failed',
  compatDoc: '100 · passed / all runs, those without a verdict too',
  example: [40, 33.3333],
  value: ({ builds }) => percentOf(builds.passed, builds.passed + builds.failed),
  compat: ({ builds, runs }) => plainPercent(builds.passed, runs),
}
