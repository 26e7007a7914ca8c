/** The Weibull families: bounded below, and in the mirror. */

import type { Family, Given, Params } from './family.ts'
import { located, type Search, type Shifted } from './location.ts'
import { mirrored, type Observations } from './observations.ts'

/** Shape, location, scale; the shape solves Σ y^k ln y / Σ y^k − 1/k = mean ln y, which is monotone in k (Newton). */
export const fitWeibull = (sample: Observations, search?: Search): Params | null => {
  // The location moves little from one trial to the next, and so does the shape.
  let shape = 0
  const given = (shifted: Shifted, isFinal: boolean): Given => {
    // The likelihood is flat at its top: while a location is sought, a shape within a thousandth gives it to a millionth.
    const solved = weibullShape(shifted, shape, isFinal ? 1e-7 : 1e-3)
    shape = solved.shape
    const { location, meanLog } = shifted
    const likelihood = Math.log(shape) - shape * solved.logScale + (shape - 1) * meanLog - 1
    return { likelihood, params: [shape, location, Math.exp(solved.logScale)] }
  }
  return located(sample, given, search)
}

export const weibullMin: Family = {
  name: 'weibull_min',
  fit: (sample) => fitWeibull(sample),
  logDensity: ([shape = 1, location = 0, scale = 1], x) => {
    if (x <= location) return -Infinity
    const log = Math.log((x - location) / scale)
    return Math.log(shape / scale) + (shape - 1) * log - Math.exp(shape * log)
  },
}

const weibullShape = (
  { logs, meanLog }: Shifted,
  start: number,
  precision: number,
): { shape: number; logScale: number } => {
  const top = logs[logs.length - 1] ?? 0
  let spread = 0
  for (const log of logs) spread += (log - meanLog) ** 2 / logs.length
  // The logarithm of a Weibull variable has a standard deviation of π/√6 over the shape.
  let shape = start > 0 ? start : Math.PI / Math.sqrt(6 * spread)
  for (let step = 0; ; step += 1) {
    let sum = 0
    let sumLog = 0
    let sumSquare = 0
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
    if (step === 40 || Math.abs(next - shape) < precision * shape)
      return { shape, logScale: top + Math.log(sum / logs.length) / shape }
    shape = next
  }
}

/** weibull_min in the mirror: shape, location (its end) and scale. */
export const weibullMax: Family = {
  name: 'weibull_max',
  fit: (sample) => {
    const params = fitWeibull(mirrored(sample))
    return params === null ? null : [params[0] ?? 1, -(params[1] ?? 0), params[2] ?? 1]
  },
  logDensity: ([shape = 1, end = 0, scale = 1], x) =>
    weibullMin.logDensity([shape, -end, scale], -x),
}
