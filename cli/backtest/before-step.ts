/**
 * What our stops were worth before any step of the run had failed. From then on the rule `first-failed-step` could have
 * stopped the run too, so only what came before is more than it gives.
 */

import { ratio, type Ratio } from '../../schemas/measures.ts'
import type { ScoredRun } from './collector.ts'

export interface BeforeStepMeasures {
  readonly stoppedFailing: number
  readonly stoppedPassing: number
  /** Of these stops: what the failing runs had still to go, and what the passing ones had run. */
  readonly savedSeconds: number
  readonly burntSeconds: number
  /** The part of what was saved that lay before the first failed step, or before the end where none failed. */
  readonly aheadSeconds: number
  readonly precision: Ratio
}

/**
 * Sums over first stops that came before a failed step; null where no step of any run was told to have failed.
 * Example: a run that lasts 100 s fails its first step after 60 s and is stopped after 10 s: saved 90 s, 50 s of them ahead.
 */
export const beforeStepMeasures = (
  runs: readonly ScoredRun[],
  ours: number,
  firstFailedStep: number,
): BeforeStepMeasures | null => {
  let isTold = false
  let [stoppedFailing, stoppedPassing] = [0, 0]
  let [savedSeconds, burntSeconds, aheadSeconds] = [0, 0, 0]
  for (const { failed, stops, durationSeconds } of runs) {
    const step = stops.find(({ rule }) => rule === firstFailedStep)
    isTold ||= step !== undefined
    const stop = stops.find(({ rule }) => rule === ours)
    if (stop === undefined || failed === null) continue
    const until = step?.stopSeconds ?? durationSeconds ?? Infinity
    if (stop.stopSeconds >= until) continue
    if (failed) stoppedFailing += 1
    else stoppedPassing += 1
    savedSeconds += stop.savedSeconds
    burntSeconds += stop.burntSeconds
    if (failed) aheadSeconds += until - stop.stopSeconds
  }
  if (!isTold) return null
  const precision = ratio(stoppedFailing, stoppedFailing + stoppedPassing)
  return { stoppedFailing, stoppedPassing, savedSeconds, burntSeconds, aheadSeconds, precision }
}
