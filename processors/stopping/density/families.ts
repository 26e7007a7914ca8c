/**
 * The eleven families of the seed's method, each fitted by maximum likelihood to durations in seconds.
 *
 * A family has a location and a scale beside its shape, but for gamma, which starts at zero: its shifted form is pearson3.
 * Where the likelihood has no maximum because an end of the support may creep up to the data, the end keeps half the
 * resolution of the durations away from them.
 */

import { beta, triang } from './families-bounded.ts'
import { gamma, invgauss, lognorm, pearson3 } from './families-skewed.ts'
import { weibullMax, weibullMin } from './families-weibull.ts'
import type { Family, Params } from './family.ts'
import { first, last, type Observations } from './observations.ts'

/** Mean and standard deviation. Example: 1, 2, 3 gives 2 and .8165. */
const norm: Family = {
  name: 'norm',
  fit: ({ mean, sd }) => [mean, sd],
  logDensity: ([mean = 0, sd = 1], x) =>
    -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI),
}

/** Shortest and longest. Example: 1, 2, 3 gives 1 and 3: density 1/2 between them. */
const uniform: Family = {
  name: 'uniform',
  fit: (sample) => [first(sample), last(sample)],
  logDensity: ([low = 0, high = 1], x) => (x < low || x > high ? -Infinity : -Math.log(high - low)),
}

/** Shortest, and mean beyond it. Example: 1, 2, 3 gives 1 and 1. */
const expon: Family = {
  name: 'expon',
  fit: (sample) => [first(sample), sample.mean - first(sample)],
  logDensity: ([low = 0, scale = 1], x) =>
    x < low ? -Infinity : (low - x) / scale - Math.log(scale),
}

export const FAMILIES: readonly Family[] = [
  weibullMin,
  norm,
  weibullMax,
  beta,
  invgauss,
  uniform,
  gamma,
  expon,
  lognorm,
  pearson3,
  triang,
]

/** Sum of the log densities of a sample. */
export const logLikelihood = (family: Family, params: Params, sample: Observations): number => {
  let sum = 0
  for (const x of sample.values) sum += family.logDensity(params, x)
  return sum
}
