/** Tells a repository how the runs of its pulls ended: what joins runs with pull requests. A run without one says nothing. */

import type { PullRun, Run, RunEnd } from '../../schemas/events.ts'
import { endOf, failedClass } from '../../schemas/outcomes.ts'
import { emit, type Effect } from '../processor.ts'

/** An end, and before it the earlier telling that it corrects. */
export const pullRuns = (run: Run, pull: number, now: number): Effect[] => {
  const end = endOf(run)
  const effects: Effect[] = []
  if (run.change === 'corrected' && run.before !== null)
    effects.push(emit('ci.pull-runs.v1', toldOf(run, pull, run.before, now, true)))
  if (end !== null) effects.push(emit('ci.pull-runs.v1', toldOf(run, pull, end, now, false)))
  return effects
}

const toldOf = (run: Run, pull: number, end: RunEnd, now: number, takesBack: boolean): PullRun => {
  const { source, repo, job, runId, attempt, sha } = run
  const { outcome, finishedAt, durationSeconds: seconds } = end
  return {
    // What happens at one instant is handled by id: the taking back first.
    eventId: `pull/${takesBack ? 0 : 1}/${run.eventId}`,
    ...{ eventAt: finishedAt, observedAt: now, source, repo, job, runId, attempt, pull, sha },
    ...{ failed: failedClass(outcome), aborted: outcome === 'aborted' },
    startedAt: seconds === null ? null : finishedAt - Math.round(seconds * 1000),
    ...{ finishedAt, takesBack },
  }
}
