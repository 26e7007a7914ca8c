/** Families that begin (or end) at a location: given it, shape and scale are easy; the location has a profile likelihood. */

import type { Family, Params } from './families.ts'
import { first, HALF_RESOLUTION_SECONDS, last, mirrored, type Observations } from './observations.ts'
import { digamma, logGamma, maximise, trigamma } from './solve.ts'

/** A location further than this many ranges below the data changes the shape of the density no more. */
const FARTHEST_RANGES = 20

/** Logarithms of a sample's distances to a location below it, and their mean. */
interface Shifted {
  readonly location: number
  readonly mean: number
  readonly logs: Float64Array
  readonly meanLog: number
  readonly values: Float64Array
}

const shift = (sample: Observations, location: number): Shifted => {
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

interface Given {
  /** Mean log density of the sample. */
  readonly likelihood: number
  readonly params: Params
}

/** Maximum over the location of the best fit given each; null where none is finite. */
const located = (sample: Observations, given: (shifted: Shifted) => Given): Params | null => {
  const farthest = FARTHEST_RANGES * (last(sample) - first(sample))
  const at = (gap: number): Given => given(shift(sample, first(sample) - gap))
  const likelihood = (gap: number): number => at(gap).likelihood
  const high = Math.max(2 * HALF_RESOLUTION_SECONDS, farthest)
  const best = at(maximise(likelihood, HALF_RESOLUTION_SECONDS, high))
  return Number.isFinite(best.likelihood) ? best.params : null
}

/** Shape, location, scale; the shape solves Σ y^k ln y / Σ y^k − 1/k = mean ln y, which is monotone in k (Newton). */
export const weibullMin: Family = {
  name: 'weibull_min',
  fit: (sample) => {
    // The location moves little from one trial to the next, and so does the shape.
    let shape = 0
    return located(sample, (shifted) => {
      const solved = weibullShape(shifted, shape)
      shape = solved.shape
      const { location, meanLog } = shifted
      const likelihood =
        Math.log(shape) - shape * solved.logScale + (shape - 1) * meanLog - 1
      return { likelihood, params: [shape, location, Math.exp(solved.logScale)] }
    })
  },
  logDensity: ([shape = 1, location = 0, scale = 1], x) => {
    if (x <= location) return -Infinity
    const log = Math.log((x - location) / scale)
    return Math.log(shape / scale) + (shape - 1) * log - Math.exp(shape * log)
  },
}

const weibullShape = (
  { logs, meanLog }: Shifted,
  start: number,
): { shape: number; logScale: number } => {
  const top = logs[logs.length - 1] ?? 0
  let spread = 0
  for (const log of logs) spread += (log - meanLog) ** 2 / logs.length
  // The logarithm of a Weibull variable has a standard deviation of π/√6 over the shape.
  let shape = start > 0 ? start : Math.PI / Math.sqrt(6 * spread)
  for (let step = 0; ; step += 1) {
    let [sum, sumLog, sumSquare] = [0, 0, 0]
    for (const log of logs) {
      const u = log - top
      const w = Math.exp(shape * u)
      sum += w
      sumLog += w * u
      sumSquare += w * u * u
    }
    const weighted = sumLog / sum
    const error = weighted - 1 / shape - (meanLog - top)
    const slope = sumSquare / sum - weighted * weighted + 1 / (shape * shape)
    const next = Math.min(4 * shape, Math.max(shape / 4, shape - error / slope))
    if (step === 40 || Math.abs(next - shape) < 1e-6 * shape)
      return { shape, logScale: top + Math.log(sum / logs.length) / shape }
    shape = next
  }
}

/** weibull_min in the mirror: shape, location (its end) and scale. */
export const weibullMax: Family = {
  name: 'weibull_max',
  fit: (sample) => {
    const params = weibullMin.fit(mirrored(sample))
    return params === null ? null : [params[0] ?? 1, -(params[1] ?? 0), params[2] ?? 1]
  },
  logDensity: ([shape = 1, end = 0, scale = 1], x) =>
    weibullMin.logDensity([shape, -end, scale], -x),
}

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
    shape /=
      1 + (Math.log(shape) - digamma(shape) - s) / (1 - shape * trigamma(shape))
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
    return params === null ? null : [params[0] ?? 1, side * (params[1] ?? 0), side * (params[2] ?? 1)]
  },
  logDensity: ([shape = 1, location = 0, scale = 1], x) =>
    logGammaDensity(shape, Math.abs(scale), Math.sign(scale) * (x - location)),
}
