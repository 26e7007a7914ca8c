/** Families that begin (or end) at a location: given it, shape and scale are easy; the location has a profile likelihood. */

import type { Given, Params } from './family.ts'
import { first, HALF_RESOLUTION_SECONDS, last, type Observations } from './observations.ts'
import { maximise } from './solve.ts'

/** A location further than this many ranges below the data changes the shape of the density no more. */
const FARTHEST_RANGES = 20

/** Logarithms of a sample's distances to a location below it, and their mean. */
export interface Shifted {
  readonly location: number
  readonly mean: number
  readonly logs: Float64Array
  readonly meanLog: number
  readonly values: Float64Array
}

export const shift = (sample: Observations, location: number): Shifted => {
  const logs = new Float64Array(sample.values.length)
  let sum = 0
  for (let i = 0; i < logs.length; i += 1) {
    const log = Math.log((sample.values[i] ?? 0) - location)
    logs[i] = log
    sum += log
  }
  const mean = sample.mean - location
  return { location, mean, logs, meanLog: sum / logs.length, values: sample.values }
}

/** How near to the data a location may come, in seconds, and how finely it is sought. */
export interface Search {
  readonly nearestSeconds: number
  readonly points?: number
  readonly goldenSteps?: number
}

/** Maximum over the location of the best fit given each; null where none is finite. */
export const located = (
  sample: Observations,
  given: (shifted: Shifted, isFinal: boolean) => Given,
  search: Search = { nearestSeconds: HALF_RESOLUTION_SECONDS },
): Params | null => {
  const { nearestSeconds, points, goldenSteps } = search
  const farthest = FARTHEST_RANGES * (last(sample) - first(sample))
  const at = (gap: number, isFinal: boolean): Given =>
    given(shift(sample, first(sample) - gap), isFinal)
  const likelihood = (gap: number): number => at(gap, false).likelihood
  const high = Math.max(2 * nearestSeconds, farthest)
  const best = at(maximise(likelihood, nearestSeconds, high, points, goldenSteps), true)
  return Number.isFinite(best.likelihood) ? best.params : null
}
