/** Facts as sources state them. An id derives from the run and what is said, so that hearing it twice adds nothing. */

import type { RunEvent, RunEventKind, RunRef, TestResult } from '../../schemas/events.ts'
import { key, runName } from '../../schemas/keys.ts'

/** When something happened, and when it was heard, in milliseconds since the epoch. */
export interface Told {
  readonly eventAt: number
  readonly observedAt: number
}

/** Id of what is said of a run; `parts` tell it from all else. */
export const factId = (run: RunRef, ...parts: readonly string[]): string =>
  key(run.source, run.repo, run.job, runName(run), ...parts)

/** One fact about a run; `idParts` tell it from others of its kind. */
export const runFact = (
  run: RunRef,
  kind: RunEventKind,
  { eventAt, observedAt }: Told,
  more: Partial<RunEvent> = {},
  ...idParts: readonly string[]
): RunEvent => ({
  eventId: factId(run, kind, ...idParts),
  eventAt,
  observedAt,
  source: run.source,
  repo: run.repo,
  job: run.job,
  runId: run.runId,
  attempt: run.attempt,
  kind,
  outcome: null,
  rawOutcome: null,
  startedAt: null,
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

const MESSAGE_LENGTH = 500

/** One test of a run; other results of it in the same run make other facts. */
export const testFact = (
  run: RunRef,
  { eventAt, observedAt }: Told,
  result: Pick<TestResult, 'test' | 'status' | 'rawStatus' | 'durationSeconds' | 'message'>,
  ...idParts: readonly string[]
): TestResult => ({
  eventId: factId(run, 'test', result.test, result.rawStatus, ...idParts),
  eventAt,
  observedAt,
  source: run.source,
  repo: run.repo,
  job: run.job,
  runId: run.runId,
  attempt: run.attempt,
  test: result.test,
  status: result.status,
  rawStatus: result.rawStatus,
  durationSeconds: result.durationSeconds,
  message: result.message === null ? null : result.message.slice(0, MESSAGE_LENGTH),
})

/** Labels with a value; those without say nothing. */
export const labelsOf = (
  values: Readonly<Record<string, string | number | boolean | null>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === '' ? [] : [[name, String(value).slice(0, 1000)]],
    ),
  )
