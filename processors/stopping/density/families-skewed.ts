/** Families of durations with a long tail: lognormal, inverse Gaussian, and the gammas. */

import type { Family, Given } from './family.ts'
import { located, shift, type Shifted } from './location.ts'
import { mirrored } from './observations.ts'
import { digamma, logGamma, trigamma } from './solve.ts'

/** Standard deviation of the logarithm, location, median beyond it: closed given the location. */
export const lognorm: Family = {
  name: 'lognorm',
  fit: (sample) =>
    located(sample, ({ logs, meanLog, location }) => {
      let square = 0
      for (const log of logs) square += (log - meanLog) ** 2 / logs.length
      const likelihood = -meanLog - 0.5 * Math.log(2 * Math.PI * square) - 0.5
      return { likelihood, params: [Math.sqrt(square), location, Math.exp(meanLog)] }
    }),
  logDensity: ([sigma = 1, location = 0, scale = 1], x) => {
    if (x <= location) return -Infinity
    const z = Math.log((x - location) / scale) / sigma
    return -0.5 * z * z - Math.log(sigma * (x - location)) - 0.5 * Math.log(2 * Math.PI)
  },
}

/** Mean beyond the location, location, λ (in seconds): closed given the location (Tweedie 1957). */
export const invgauss: Family = {
  name: 'invgauss',
  fit: (sample) =>
    located(sample, ({ mean, meanLog, location, values }) => {
      let inverse = 0
      for (const x of values) inverse += 1 / (x - location) / values.length
      const lambda = 1 / (inverse - 1 / mean)
      const likelihood = 0.5 * Math.log(lambda / (2 * Math.PI)) - 1.5 * meanLog - 0.5
      return { likelihood, params: [mean, location, lambda] }
    }),
  logDensity: ([mean = 1, location = 0, lambda = 1], x) => {
    const y = x - location
    if (y <= 0) return -Infinity
    const log = 0.5 * Math.log(lambda / (2 * Math.PI)) - 1.5 * Math.log(y)
    return log - (lambda * (y - mean) ** 2) / (2 * mean * mean * y)
  },
}

/** Shape and scale given the location; ln k − ψ(k) = ln mean − mean ln y (Newton from Minka's start, 2002). */
const gammaGiven = ({ mean, meanLog }: Shifted): Given & { shape: number; scale: number } => {
  const s = Math.log(mean) - meanLog
  let shape = (3 - s + Math.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
  for (let step = 0; step < 5; step += 1)
    shape /= 1 + (Math.log(shape) - digamma(shape) - s) / (1 - shape * trigamma(shape))
  const scale = mean / shape
  const likelihood = (shape - 1) * meanLog - shape - shape * Math.log(scale) - logGamma(shape)
  return { likelihood, params: [shape, scale], shape, scale }
}
const logGammaDensity = (shape: number, scale: number, y: number): number =>
  y <= 0
    ? -Infinity
    : (shape - 1) * Math.log(y) - y / scale - shape * Math.log(scale) - logGamma(shape)

/** Shape and scale, from zero. */
export const gamma: Family = {
  name: 'gamma',
  fit: (sample) => gammaGiven(shift(sample, 0)).params,
  logDensity: ([shape = 1, scale = 1], x) => logGammaDensity(shape, scale, x),
}

/** A gamma with a location, leaning to either side: shape, location, scale, which is negative where the tail is on the left. */
export const pearson3: Family = {
  name: 'pearson3',
  fit: (sample) => {
    // The longer tail of the sample says to which side it leans.
    let skew = 0
    for (const x of sample.values) skew += (x - sample.mean) ** 3
    const side = skew < 0 ? -1 : 1
    const params = located(side < 0 ? mirrored(sample) : sample, (shifted) => {
      const { likelihood, shape, scale } = gammaGiven(shifted)
      return { likelihood, params: [shape, shifted.location, scale] }
    })
    return params === null
      ? null
      : [params[0] ?? 1, side * (params[1] ?? 0), side * (params[2] ?? 1)]
  },
  logDensity: ([shape = 1, location = 0, scale = 1], x) =>
    logGammaDensity(shape, Math.abs(scale), Math.sign(scale) * (x - location)),
}
