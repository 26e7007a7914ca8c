/**
 * What stops that were acted on were worth (design 8, mode acted). Of a run that was cut nobody sees the end, so each run
 * that was stopped and left to its end stands for 1 / share such runs (inverse probability weights: Horvitz and Thompson
 * 1952); a run that was not stopped stands for itself. What the recording knows of the cut runs is told beside, to judge the
 * estimate by: where stops are acted on nobody has it.
 *
 * Example, one run in four kept: of 8 stopped runs 2 were kept, a failing one of 100 s stopped at 40 s and a passing one of
 * 90 s stopped at 30 s; 12 passing runs were not stopped. Saved 4·60 = 240 s, burnt 4·30 = 120 s, net 120 s, strict net
 * 240 - 4·90 = -120 s, precision 1/2, false stops 4 / (12 + 4) = .25.
 */

import { ratio, share, type Ratio } from '../../../schemas/measures.ts'
import {
  bootstrap,
  drawsOf,
  type BootstrapOptions,
  type Figure,
  type Weights,
} from '../bootstrap.ts'
import { FIELDS, type ScoredRun } from '../collector.ts'
import type { ActedStop } from './acting.ts'

/** Shares of the median pass at which forecasts are compared. */
export const SKILL_AT = [0, 0.5, 1] as const

export interface ActedMeasures {
  readonly keepShare: number
  readonly stopped: number
  readonly kept: number
  /** Estimates from the kept runs. */
  readonly savedSeconds: Figure
  readonly burntSeconds: Figure
  readonly netSeconds: Figure
  readonly strictNetSeconds: Figure
  /** Of the kept runs by their weights, as of so many equal ones (Kish 1965). */
  readonly precision: Ratio
  readonly falseStopRate: Figure
  readonly failedSeconds: Figure
  /** Skill of the forecasts at each of {@link SKILL_AT}, corrected, and over the runs whose end was heard as if they were all. */
  readonly skill: readonly { readonly corrected: Figure; readonly seen: Figure }[]
  /** What the recording knows of all stopped runs, cut or kept. */
  readonly known: KnownMeasures
}
interface KnownMeasures {
  readonly stoppedFailing: number
  readonly stoppedPassing: number
  readonly savedSeconds: number
  readonly burntSeconds: number
  readonly strictBurntSeconds: number
  /** What cutting really saved: without the runs that were kept. */
  readonly cutSavedSeconds: number
  readonly precision: Ratio
  readonly falseStopRate: Ratio
}

/** A run whose end was heard, with how many it stands for. */
interface Weighed {
  readonly run: ScoredRun
  readonly stop: ActedStop | undefined
  readonly weight: number
}

/** Measures what was replayed with {@link actOnStops}. */
export const actedMeasures = (
  runs: readonly ScoredRun[],
  stops: ReadonlyMap<string, ActedStop>,
  { keepShare, ...options }: BootstrapOptions & { readonly keepShare: number },
): ActedMeasures => {
  const seen = runs.flatMap((run): Weighed[] => {
    const stop = stopOf(run, stops)
    if (run.failed === null || (stop !== undefined && !stop.isKept)) return []
    return [{ run, stop, weight: stop === undefined ? 1 : 1 / stop.keepShare }]
  })
  const units = runs.reduce((most, { unit }) => Math.max(most, unit + 1), 0)
  const draws = drawsOf(units, options)
  const kept = seen.filter(({ stop }) => stop !== undefined)
  const stopped = runs.filter((run) => stopOf(run, stops) !== undefined)
  return {
    keepShare,
    stopped: stopped.length,
    kept: stopped.filter(({ key }) => stops.get(key)?.isKept === true).length,
    ...bootstrap(draws, (weights) => worthOf(seen, weights)),
    precision: weighedPrecision(kept),
    skill: SKILL_AT.map((at) => {
      const alive = seen.flatMap((entry) => errorsAt(entry, at))
      return bootstrap(draws, (weights) => ({
        corrected: skillOf(alive, weights, ({ weight }) => weight),
        seen: skillOf(alive, weights, () => 1),
      }))
    }),
    known: knownOf(runs, stops),
  }
}

const weighedPrecision = (kept: readonly Weighed[]): Ratio => {
  const sum = (of: (entry: Weighed) => number): number =>
    kept.reduce((all, entry) => all + of(entry), 0)
  const all = sum(({ weight }) => weight)
  if (all === 0) return ratio(0, 0)
  const equal = all ** 2 / sum(({ weight }) => weight ** 2)
  const failing = sum(({ run, weight }) => (run.failed === true ? weight : 0))
  return ratio((equal * failing) / all, equal)
}

/** The stop of a run, unless it ended at that very instant. */
const stopOf = (
  { key, durationSeconds }: ScoredRun,
  stops: ReadonlyMap<string, ActedStop>,
): ActedStop | undefined => {
  const stop = stops.get(key)
  return stop?.isKept === true && stop.elapsedSeconds >= (durationSeconds ?? 0) ? undefined : stop
}

const worthOf = (seen: readonly Weighed[], weights: Weights) => {
  let [saved, burnt, strict, passing, falseStops, failed] = [0, 0, 0, 0, 0, 0]
  for (const { run, stop, weight } of seen) {
    const times = weight * (weights[run.unit] ?? 0)
    const duration = run.durationSeconds ?? 0
    if (run.failed === true) {
      failed += times * duration
      if (stop !== undefined) saved += times * (duration - stop.elapsedSeconds)
    } else {
      passing += times
      if (stop === undefined) continue
      falseStops += times
      burnt += times * stop.elapsedSeconds
      strict += times * duration
    }
  }
  return {
    savedSeconds: saved,
    burntSeconds: burnt,
    netSeconds: saved - burnt,
    strictNetSeconds: saved - strict,
    falseStopRate: share(falseStops, passing),
    failedSeconds: failed,
  }
}

interface SquaredErrors {
  readonly unit: number
  readonly weight: number
  readonly ours: number
  readonly base: number
}
const errorsAt = ({ run, weight }: Weighed, at: number): SquaredErrors[] => {
  const value = (from: number, field: (typeof FIELDS)[number]): number =>
    run.checkpoints[from + FIELDS.indexOf(field)] ?? NaN
  for (let from = 0; from < run.checkpoints.length; from += FIELDS.length) {
    if (value(from, 'at') !== at || run.isCold) continue
    const outcome = run.failed === true ? 1 : 0
    const squared = (field: 'pFail' | 'base'): number => (value(from, field) - outcome) ** 2
    return [{ unit: run.unit, weight, ours: squared('pFail'), base: squared('base') }]
  }
  return []
}

const skillOf = (
  alive: readonly SquaredErrors[],
  weights: Weights,
  weightOf: (entry: SquaredErrors) => number,
): number | null => {
  let [ours, base] = [0, 0]
  for (const entry of alive) {
    const times = weightOf(entry) * (weights[entry.unit] ?? 0)
    ours += times * entry.ours
    base += times * entry.base
  }
  return base > 0 ? 1 - ours / base : null
}

const knownOf = (
  runs: readonly ScoredRun[],
  stops: ReadonlyMap<string, ActedStop>,
): KnownMeasures => {
  const sums = {
    stoppedFailing: 0,
    stoppedPassing: 0,
    savedSeconds: 0,
    burntSeconds: 0,
    strictBurntSeconds: 0,
    cutSavedSeconds: 0,
  }
  let passing = 0
  for (const run of runs) {
    const stop = stopOf(run, stops)
    const { failed, seconds } = endOf(run, stop)
    if (failed === false) passing += 1
    if (stop === undefined || failed === null) continue
    if (failed) {
      sums.stoppedFailing += 1
      sums.savedSeconds += seconds - stop.elapsedSeconds
      if (!stop.isKept) sums.cutSavedSeconds += seconds - stop.elapsedSeconds
    } else {
      sums.stoppedPassing += 1
      sums.burntSeconds += stop.elapsedSeconds
      sums.strictBurntSeconds += seconds
    }
  }
  return {
    ...sums,
    precision: ratio(sums.stoppedFailing, sums.stoppedFailing + sums.stoppedPassing),
    falseStopRate: ratio(sums.stoppedPassing, passing),
  }
}

const endOf = (
  run: ScoredRun,
  stop: ActedStop | undefined,
): { readonly failed: boolean | null; readonly seconds: number } => {
  if (stop === undefined || stop.isKept)
    return { failed: run.failed, seconds: run.durationSeconds ?? 0 }
  if (stop.truth === null || run.startMs === null) return { failed: null, seconds: 0 }
  return { failed: stop.truth.failed, seconds: (stop.truth.finishedMs - run.startMs) / 1000 }
}
