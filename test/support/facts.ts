/** Facts about runs, for tests: only what a case is about has to be said. */

import type { RunEvent, RunEventKind, RunRef } from '../../schemas/events.ts'

/** Monday 2026-01-05, 00:00 UTC. */
export const MONDAY = 1_767_571_200_000
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const aRun = (more: Partial<RunRef> = {}): RunRef => ({
  source: 'test',
  repo: 'acme/shop',
  job: 'unit',
  runId: '1',
  attempt: 1,
  ...more,
})

/** A fact that happened at `at` and was heard at once, unless `more` says otherwise. */
export const aFact = (
  run: RunRef,
  kind: RunEventKind,
  at: number,
  more: Partial<RunEvent> = {},
): RunEvent => ({
  ...run,
  eventId: `${run.job}/${run.runId}/${run.attempt}/${kind}/${more.step ?? ''}/${at}`,
  eventAt: at,
  observedAt: at,
  kind,
  outcome: null,
  rawOutcome: null,
  startedAt: kind === 'started' ? at : null,
  step: null,
  passed: null,
  failed: null,
  failedTests: [],
  logBytes: null,
  group: null,
  branch: null,
  sha: null,
  pull: null,
  trigger: null,
  labels: {},
  ...more,
})
