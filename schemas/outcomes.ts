/** Outcomes and the class a finished run is scored by. */

import type { Outcome, Run } from './events.ts'

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

/** Start to finish in seconds, null where one of them is not known or they contradict. */
export const durationSeconds = (run: Pick<Run, 'startedAt' | 'finishedAt'>): number | null =>
  run.startedAt === null || run.finishedAt === null || run.finishedAt < run.startedAt
    ? null
    : (run.finishedAt - run.startedAt) / 1000
