/**
 * Runs that are alive past 1.25 times the median pass of their job, as known when they started: how many of those that fail were found
 * by then, or later, and how many of those that pass were taken for such. Found is a run that is advised to be stopped, or stopped.
 *
 * Example: two failing runs are alive at 125 s where 100 s is the median; one was advised at its start, one at 200 s: 1 by then, 1 later.
 */

import type { Decision, Score } from '../../../schemas/events.ts'
import { runKey } from '../../../schemas/keys.ts'

const PAST = 1.25

export interface LateRuns {
  failing: number
  foundByThen: number
  foundLater: number
  passing: number
  passingFound: number
}
interface LateWatch {
  decision(decision: Decision): void
  score(score: Score): void
  measures(): LateRuns
}

export const createLateWatch = (): LateWatch => {
  const found = new Map<string, number>()
  const late: LateRuns = { failing: 0, foundByThen: 0, foundLater: 0, passing: 0, passingFound: 0 }
  return {
    decision: (decision) => {
      const key = runKey(decision)
      if ((decision.level === 'advise' || decision.level === 'stop') && !found.has(key))
        found.set(key, decision.elapsedSeconds)
    },
    score: (score) => {
      const key = runKey(score)
      const at = found.get(key)
      found.delete(key)
      const past = score.checkpoints.find((checkpoint) => checkpoint.at === PAST)
      if (past === undefined || score.failed === null || score.durationSeconds === null) return
      if (!score.failed) {
        late.passing += 1
        if (at !== undefined) late.passingFound += 1
        return
      }
      late.failing += 1
      if (at === undefined) return
      if (at <= score.durationSeconds - past.actual + 1) late.foundByThen += 1
      else late.foundLater += 1
    },
    measures: () => ({ ...late }),
  }
}
