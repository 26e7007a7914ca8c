/**
 * builds_failed_percent: runs failed / runs that passed or failed. Unit: percent. Window: 7 d, 30 d, by when a run was
 * first heard.
 * Assumes that an aborted or unknown run says nothing.
 * Source: AI4CI KPI 8. As published there: 100 · failed / all runs, those without a verdict too.
 * Example (reading.ts): 60, as published 50.
 */

import { percentOf, plainPercent, WINDOWED, type TestKpiRow } from './row.ts'

export const buildsFailedPercent: TestKpiRow = {
  name: 'builds_failed_percent',
  unit: 'percent',
  ai4ci: 8,
  windows: WINDOWED,
  doc: 'runs failed / runs that passed or failed',
  compatDoc: '100 · failed / all runs, those without a verdict too',
  example: [60, 50],
  value: ({ builds }) => percentOf(builds.failed, builds.passed + builds.failed),
  compat: ({ builds, runs }) => plainPercent(builds.failed, runs),
}
