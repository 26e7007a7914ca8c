/** What the stops of our rule were worth by what they rested on. */

import { ratio, type Ratio } from '../../schemas/measures.ts'
import type { ScoredRun } from './collector.ts'

export interface GroundMeasures {
  readonly ground: string
  readonly stoppedFailing: number
  readonly stoppedPassing: number
  readonly savedSeconds: number
  readonly burntSeconds: number
  readonly precision: Ratio
}

/**
 * Sums of the first stops by ground, in order of what they saved.
 * Example: on history a failing run stopped 60 s before its end and a passing one after 30 s: saved 60, burnt 30, 1/2 right.
 */
export const groundMeasures = (runs: readonly ScoredRun[], ours: number): GroundMeasures[] => {
  const stopped = runs.flatMap(({ ground, failed, stops }) => {
    const stop = stops.find(({ rule }) => rule === ours)
    return stop === undefined || failed === null || ground === null
      ? []
      : [{ ground, failed, ...stop }]
  })
  const all = [...Map.groupBy(stopped, ({ ground }) => ground)].map(([ground, of]) => {
    const failing = of.filter(({ failed }) => failed).length
    return {
      ground,
      stoppedFailing: failing,
      stoppedPassing: of.length - failing,
      savedSeconds: of.reduce((sum, { savedSeconds }) => sum + savedSeconds, 0),
      burntSeconds: of.reduce((sum, { burntSeconds }) => sum + burntSeconds, 0),
      precision: ratio(failing, of.length),
    }
  })
  return all.sort((a, b) => b.savedSeconds - a.savedSeconds)
}
