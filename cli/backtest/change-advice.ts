/**
 * What was said of changes as a whole, against what happened: the hours that their other runs took once it was said that
 * they are not worth them, and when their last run ended. Apart from the rules: those are about single runs.
 *
 * Example: at 100 s it is said that two runs cost 300 s more and that the last ends in 250 s; one passes at 150 s, one fails
 * at 300 s. Cut two runs, saved 50 + 200 = 250 s where 300 s were expected, one pass lost; the end was missed by 50 s.
 */

import { bootstrap, columnOf, weighted, type Draws, type Figure } from './bootstrap.ts'
import type { SaidOfChange, ScoredRun } from './collector.ts'
import { remainingMeasures, type RemainingMeasures, type ToldRemaining } from './remaining.ts'

export interface ChangeAdvice {
  /** Changes whose other runs were advised against, and those whose failure went away after that. */
  readonly changes: number
  readonly wentAway: number
  readonly cut: { readonly failing: number; readonly passing: number; readonly censored: number }
  readonly savedSeconds: Figure
  readonly expectedSeconds: number
  /** Seconds that the passing runs which it cut had run by then. */
  readonly burntSeconds: Figure
  /** When the last run of a change ends: the first word on each change. */
  readonly end: RemainingMeasures
}

interface Timed {
  readonly unit: number
  readonly failed: boolean | null
  readonly startMs: number
  readonly endMs: number
}

interface Group {
  readonly members: readonly Timed[]
  readonly said: readonly SaidOfChange[]
}

/** Measures the changes among runs whose units are those of the draws. */
export const changeAdvice = (
  runs: readonly ScoredRun[],
  said: ReadonlyMap<number, readonly SaidOfChange[]>,
  draws: Draws,
): ChangeAdvice => {
  const groups = [...membersOf(runs)].map(([group, members]) => ({
    members,
    said: said.get(group) ?? [],
  }))
  const advised = groups.flatMap(({ members, said: all }) => {
    const at = all.findIndex(({ isAgainst }) => isAgainst)
    const first = all[at]
    if (first === undefined) return []
    const isGone = all.slice(at).some(({ isSound }) => isSound)
    return [{ first, isGone, cut: runningAt(members, first.atMs) }]
  })
  const cut = advised.flatMap(({ first, cut: members }) =>
    members.map((run) => ({ ...run, atMs: first.atMs })),
  )
  const saved = columnOf(cut.map((run) => [run.unit, (run.endMs - run.atMs) / 1000]))
  const burnt = columnOf(
    cut.map((run) => [run.unit, run.failed === false ? (run.atMs - run.startMs) / 1000 : 0]),
  )
  const figures = bootstrap(draws, (weights) => ({
    saved: weighted(saved, weights),
    burnt: weighted(burnt, weights),
  }))
  const count = (failed: boolean | null): number =>
    cut.filter((run) => run.failed === failed).length
  return {
    changes: advised.length,
    wentAway: advised.filter(({ isGone }) => isGone).length,
    cut: { failing: count(true), passing: count(false), censored: count(null) },
    savedSeconds: figures.saved,
    expectedSeconds: advised.reduce((sum, { first }) => sum + first.costSeconds, 0),
    burntSeconds: figures.burnt,
    end: remainingMeasures(groups.flatMap(endOf), draws),
  }
}

const membersOf = (runs: readonly ScoredRun[]): Map<number, Timed[]> => {
  const groups = new Map<number, Timed[]>()
  for (const { group, startMs, durationSeconds, unit, failed } of runs) {
    if (group === null || startMs === null || durationSeconds === null) continue
    const members = groups.get(group) ?? []
    members.push({ unit, failed, startMs, endMs: startMs + durationSeconds * 1000 })
    groups.set(group, members)
  }
  return groups
}
const runningAt = (members: readonly Timed[], atMs: number): Timed[] =>
  members.filter(({ startMs, endMs }) => startMs <= atMs && endMs > atMs)

/** The first word on a change that named an end. */
const endOf = ({ members, said }: Group): ToldRemaining[] => {
  const first = said.find(({ remaining }) => remaining >= 0)
  const running = first === undefined ? [] : runningAt(members, first.atMs)
  const [one] = running
  if (first === undefined || one === undefined) return []
  const last = running.reduce((latest, { endMs }) => Math.max(latest, endMs), 0)
  return [
    {
      unit: one.unit,
      remaining: first.remaining,
      remainingLow: first.low,
      remainingHigh: first.high,
      jenkins: first.jenkins,
      actual: (last - first.atMs) / 1000,
    },
  ]
}
