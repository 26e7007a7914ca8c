/** How forecasts and stops of a job did in its newest scored runs, and whether its stops are held back for it. Pure. */

import type { JobRef, Score } from '../schemas/events.ts'
import { jobKey } from '../schemas/keys.ts'
import { OUR_RULE, ratio, type Ratio } from '../schemas/measures.ts'

/** Newest runs of a job that are looked at: enough for a share, few enough to be of late. */
const RUNS = 50

export interface JobDrift extends JobRef {
  /** Why its stops are only advised after its newest run; null where nothing holds them. */
  readonly guard: string | null
  readonly runId: string
  readonly attempt: number
  readonly observedAt: number
  /** Mean chance to fail that was said at the start of its newest runs with a class; null of none. */
  readonly said: number | null
  /** Share of those runs that failed. */
  readonly failed: Ratio
  /** Runs of them that our rule would have stopped, and those of these that passed. */
  readonly stops: number
  readonly wrongStops: number
}

/**
 * One row a job from scores, newest first; jobs that are held back come first, then by how far what was said lies from what
 * happened. Example: .8 said of two runs of which one failed: said .8, failed 1 of 2.
 */
export const driftOf = (scores: readonly Score[]): JobDrift[] =>
  [...Map.groupBy(scores, jobKey).values()]
    .flatMap((of) => jobDrift(of.slice(0, RUNS)))
    .sort((a, b) => Number(b.guard !== null) - Number(a.guard !== null) || gap(b) - gap(a))

const gap = ({ said, failed }: JobDrift): number => Math.abs((said ?? 0) - (failed.value ?? 0))

const jobDrift = (scores: readonly Score[]): JobDrift[] => {
  const [newest] = scores
  if (newest === undefined) return []
  const { source, repo, job, runId, attempt, observedAt, guard } = newest
  const told = scores.flatMap(({ failed, checkpoints: [start] }) =>
    failed === null || start === undefined ? [] : [{ failed, said: start.pFail }],
  )
  const stopped = scores.filter(
    ({ failed, rules }) =>
      failed !== null &&
      rules.some(({ rule, stopSeconds }) => rule === OUR_RULE && stopSeconds !== null),
  )
  return [
    {
      ...{ source, repo, job, runId, attempt, observedAt, guard },
      said: told.length === 0 ? null : told.reduce((sum, { said }) => sum + said, 0) / told.length,
      failed: ratio(told.filter(({ failed }) => failed).length, told.length),
      stops: stopped.length,
      wrongStops: stopped.filter(({ failed }) => failed === false).length,
    },
  ]
}
