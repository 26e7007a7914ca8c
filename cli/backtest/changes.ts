/**
 * Time spent for a change that had already failed: by the other runs of a group after its first failure ended. A
 * fail-fast policy would have saved it, at the price of the results of the runs it cuts. A policy, not a prediction,
 * so it stands apart from the rules. Which runs are required is not recorded: each one counts.
 *
 * Example: a group of three runs from 0 s: one fails at 100 s, one passes at 150 s, one fails at 300 s. Spent 550 s,
 * after the first failure 50 + 200 = 250 s; two runs cut, one of which passed.
 */

import { share } from '../../schemas/measures.ts'
import { bootstrap, columnOf, weighted } from './bootstrap.ts'
import type { Draws, Figure } from './bootstrap.ts'
import type { ScoredRun } from './collector.ts'

/** Hours after the first failure of a change, over the runs of groups. */
export interface ChangeMeasures {
  readonly groups: number
  readonly failedGroups: number
  /** Seconds of all runs in groups. */
  readonly spentSeconds: number
  /** What fail-fast would have saved. */
  readonly afterFailureSeconds: Figure
  readonly share: Figure
  readonly cut: { readonly failing: number; readonly passing: number; readonly censored: number }
}

type Timed = ScoredRun & { readonly startMs: number; readonly durationSeconds: number }

/** Measures of the groups among runs whose units are those of the draws. */
export const changeMeasures = (runs: readonly ScoredRun[], draws: Draws): ChangeMeasures => {
  const groups = groupsOf(runs)
  const grouped = [...groups.values()].flat()
  const cut = [...groups.values()].flatMap(cutRuns)
  const spent = columnOf(grouped.map((run) => [run.unit, run.durationSeconds]))
  const after = columnOf(cut.map(({ run, seconds }) => [run.unit, seconds]))
  const figures = bootstrap(draws, (weights) => {
    const seconds = weighted(after, weights)
    return { seconds, share: share(seconds, weighted(spent, weights)) }
  })
  const cutOf = (failed: boolean | null): number =>
    cut.filter(({ run }) => run.failed === failed).length
  return {
    groups: groups.size,
    failedGroups: [...groups.values()].filter((of) => of.some(({ failed }) => failed === true))
      .length,
    spentSeconds: grouped.reduce((sum, run) => sum + run.durationSeconds, 0),
    afterFailureSeconds: figures.seconds,
    share: figures.share,
    cut: { failing: cutOf(true), passing: cutOf(false), censored: cutOf(null) },
  }
}

const groupsOf = (runs: readonly ScoredRun[]): Map<number, Timed[]> => {
  const groups = new Map<number, Timed[]>()
  for (const { startMs, durationSeconds, ...run } of runs) {
    if (run.group === null || startMs === null || durationSeconds === null) continue
    const members = groups.get(run.group) ?? []
    members.push({ ...run, startMs, durationSeconds })
    groups.set(run.group, members)
  }
  return groups
}

const endMs = (run: Timed): number => run.startMs + run.durationSeconds * 1000

const cutRuns = (group: readonly Timed[]): { readonly run: Timed; readonly seconds: number }[] => {
  const firstFailureMs = Math.min(...group.filter(({ failed }) => failed === true).map(endMs))
  return group.flatMap((run) => {
    const seconds = (endMs(run) - Math.max(run.startMs, firstFailureMs)) / 1000
    return seconds > 0 ? [{ run, seconds }] : []
  })
}
