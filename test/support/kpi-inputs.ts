/** Short forms of the records that KPIs are made of. */

import fc from 'fast-check'
import type { Outcome, Run, RunEnd, Score } from '../../schemas/events.ts'

/** Midnight, 1 March 2024: a pane's end of every width. */
export const T0 = Date.UTC(2024, 2, 1)
export const SECOND = 1000
export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** A run record heard at `observedAt`, by default the instant of what it tells. */
export const run = (
  id: string,
  change: Run['change'],
  at: number,
  more: Partial<Run> = {},
): Run => ({
  eventId: `${id}/${change}/${at}`,
  eventAt: at,
  observedAt: at,
  source: 'ci',
  repo: 'o/r',
  job: 'unit',
  runId: id,
  attempt: 1,
  change,
  phase: change === 'queued' ? 'queued' : change === 'started' ? 'running' : 'finished',
  queuedAt: null,
  startedAt: change === 'started' ? at : null,
  finishedAt: null,
  outcome: null,
  rawOutcome: null,
  before: null,
  slicesBefore: null,
  steps: 0,
  failedSteps: [],
  step: null,
  stepOutcome: null,
  stepStartedAt: null,
  failedTests: 0,
  logBytes: null,
  group: null,
  branch: null,
  sha: null,
  pull: null,
  trigger: null,
  labels: {},
  ...more,
})

/** A run that ended at `at` after `seconds`. */
export const finished = (
  id: string,
  at: number,
  outcome: Outcome,
  seconds: number | null = null,
  more: Partial<Run> = {},
): Run =>
  run(id, 'finished', at, {
    finishedAt: at,
    outcome,
    startedAt: seconds === null ? null : at - seconds * SECOND,
    ...more,
  })

/** A run that ended as told, heard at `observedAt`. */
export const ended = (id: string, observedAt: number, end: RunEnd): Run => {
  const startedAt =
    end.durationSeconds === null ? null : end.finishedAt - end.durationSeconds * SECOND
  return run(id, 'finished', observedAt, {
    finishedAt: end.finishedAt,
    outcome: end.outcome,
    startedAt,
    queuedAt:
      startedAt === null || end.queueSeconds === null
        ? null
        : startedAt - end.queueSeconds * SECOND,
  })
}

/** A correction of `before`, heard at `observedAt`. */
export const corrected = (id: string, observedAt: number, before: RunEnd, after: RunEnd): Run => ({
  ...ended(id, observedAt, after),
  eventId: `${id}/corrected/${observedAt}`,
  change: 'corrected',
  before,
})

export const score = (
  id: string,
  at: number,
  failed: boolean | null,
  more: Partial<Score> = {},
): Score => ({
  eventId: `${id}/score`,
  eventAt: at,
  observedAt: at,
  source: 'ci',
  repo: 'o/r',
  job: 'unit',
  runId: id,
  attempt: 1,
  outcome: failed === null ? 'aborted' : failed ? 'failure' : 'success',
  failed,
  durationSeconds: null,
  startedAt: null,
  group: null,
  rules: [],
  weight: 1,
  guard: null,
  checkpoints: [],
  rule: 'stopline/1',
  ...more,
})

export const OUTCOMES: readonly Outcome[] = ['success', 'failure', 'error', 'timedOut', 'aborted']
/** Runs in order of hearing; some are heard late, a few after days. */
export const runsOf = (length: number) =>
  fc
    .array(
      fc.record({
        at: fc.integer({ min: 0, max: (20 * DAY) / SECOND }),
        seconds: fc.integer({ min: 1, max: 9000 }),
        outcome: fc.constantFrom(...OUTCOMES),
        lag: fc.constantFrom(0, 0, 0, 0, 7 * MINUTE, 30 * HOUR, 9 * DAY),
      }),
      { maxLength: length, minLength: 1 },
    )
    .map((specs) =>
      specs
        .map(({ at, seconds, outcome, lag }, i) =>
          finished(`r${i}`, T0 + at * SECOND, outcome, seconds, {
            observedAt: T0 + at * SECOND + lag,
          }),
        )
        .sort((a, b) => a.observedAt - b.observedAt),
    )
