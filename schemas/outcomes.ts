/** Outcomes and the class a finished run is scored by. */

import type { Outcome, Run, RunEnd } from './events.ts'

/** Every outcome, as records write it. */
export const OUTCOMES = [
  ...(['success', 'failure', 'error', 'timedOut'] as const),
  ...(['aborted', 'skipped', 'unknown'] as const),
] as const satisfies readonly Outcome[]

/** True for failure, error and timed-out; false for success; null (censored) for the others. */
export const failedClass = (outcome: Outcome): boolean | null => {
  switch (outcome) {
    case 'success':
      return false
    case 'failure':
    case 'error':
    case 'timedOut':
      return true
    case 'aborted':
    case 'skipped':
    case 'unknown':
      return null
  }
}

const secondsBetween = (from: number | null, to: number | null): number | null =>
  from === null || to === null || to < from ? null : (to - from) / 1000

/** Start to finish in seconds, null where one of them is not known or they contradict. */
export const durationSeconds = (run: Pick<Run, 'startedAt' | 'finishedAt'>): number | null =>
  secondsBetween(run.startedAt, run.finishedAt)

/** Queued to start in seconds, null where one of them is not known or they contradict. */
const queueSeconds = (run: Pick<Run, 'queuedAt' | 'startedAt'>): number | null =>
  secondsBetween(run.queuedAt, run.startedAt)

/** The end of a run as told so far, or null while it goes on. */
export const endOf = (
  run: Pick<Run, 'outcome' | 'queuedAt' | 'startedAt' | 'finishedAt'>,
): RunEnd | null =>
  run.outcome === null || run.finishedAt === null
    ? null
    : {
        outcome: run.outcome,
        durationSeconds: durationSeconds(run),
        finishedAt: run.finishedAt,
        queueSeconds: queueSeconds(run),
      }
