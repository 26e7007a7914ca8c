/** Families between two ends: given the ends the rest is easy; the ends are sought by their distance to the data. */

import type { Family, Given, Params } from './family.ts'
import { first, HALF_RESOLUTION_SECONDS, last, type Observations } from './observations.ts'
import { digamma, logGamma, maximise2, trigamma } from './solve.ts'

const SIMPLEX_STEPS = 40
/** In mean log density: far below what AIC can tell apart. */
const SIMPLEX_PRECISION = 1e-5
/** Ends further away than this many ranges make an unbounded family of it, which others of the table are. */
const FARTHEST_RANGES = 20

type Between = (sample: Observations, low: number, high: number) => Given

/** Maximum over both ends of the best fit given them; null where none is finite. */
const bounded = (sample: Observations, between: Between): Params | null => {
  const [shortest, longest] = [first(sample), last(sample)]
  const range = longest - shortest
  const least = Math.log(HALF_RESOLUTION_SECONDS)
  const most = Math.max(least, Math.log(FARTHEST_RANGES * range))
  const at = (logBelow: number, logAbove: number): Given =>
    between(sample, shortest - Math.exp(logBelow), longest + Math.exp(logAbove))
  const inside = (log: number): boolean => log >= least && log <= most
  const likelihood = (logBelow: number, logAbove: number): number =>
    inside(logBelow) && inside(logAbove) ? at(logBelow, logAbove).likelihood : -Infinity
  const start = Math.min(most, Math.max(least, Math.log(range / 10)))
  // The simplex opens towards the inside wherever it starts.
  const side = start + 1 <= most ? 1 : -1
  const best = at(...maximise2(likelihood, [start, start], side, SIMPLEX_STEPS, SIMPLEX_PRECISION))
  return Number.isFinite(best.likelihood) ? best.params : null
}

/** Low end, mode, high end. Given the ends the most likely mode is one of the values (Oliver 1972). */
export const triang: Family = {
  name: 'triang',
  fit: (sample) => bounded(sample, triangBetween),
  logDensity: ([low = 0, mode = 0.5, high = 1], x) => {
    if (x <= low || x >= high) return -Infinity
    const slope = x < mode ? (x - low) / (mode - low) : (high - x) / (high - mode)
    return Math.log((2 * slope) / (high - low))
  },
}

const triangBetween: Between = ({ values }, low, high) => {
  const n = values.length
  const logAbove = new Float64Array(n)
  const logBelow = new Float64Array(n)
  let [belowMode, aboveMode] = [0, 0]
  for (let i = 0; i < n; i += 1) {
    const x = values[i] ?? 0
    logAbove[i] = Math.log(x - low)
    const log = Math.log(high - x)
    logBelow[i] = log
    aboveMode += log
  }
  let most = -Infinity
  let mode = 0
  for (let r = 0; r < n; r += 1) {
    const [up, down] = [logAbove[r] ?? 0, logBelow[r] ?? 0]
    aboveMode -= down
    const sum = belowMode - r * up + aboveMode - (n - 1 - r) * down
    if (sum > most) [most, mode] = [sum, values[r] ?? 0]
    belowMode += up
  }
  return { likelihood: Math.log(2 / (high - low)) + most / n, params: [low, mode, high] }
}

/** Two shapes, low end, high end. The shapes solve ψ(a) − ψ(a+b) = mean ln u, ψ(b) − ψ(a+b) = mean ln(1−u) (Newton from the moments). */
export const beta: Family = {
  name: 'beta',
  fit: (sample) => bounded(sample, betaBetween),
  logDensity: ([a = 1, b = 1, low = 0, high = 1], x) => {
    if (x <= low || x >= high) return -Infinity
    const width = high - low
    const logs = (a - 1) * Math.log((x - low) / width) + (b - 1) * Math.log((high - x) / width)
    return logs - logBeta(a, b) - Math.log(width)
  },
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)

const betaBetween: Between = ({ values, mean, sd }, low, high) => {
  const width = high - low
  let [logAbove, logBelow] = [0, 0]
  for (const x of values) {
    logAbove += Math.log((x - low) / width)
    logBelow += Math.log((high - x) / width)
  }
  logAbove /= values.length
  logBelow /= values.length
  const share = (mean - low) / width
  const strength = Math.max(0.1, (share * (1 - share) * width * width) / (sd * sd) - 1)
  const [a, b] = betaShapes(share * strength, (1 - share) * strength, logAbove, logBelow)
  const likelihood = (a - 1) * logAbove + (b - 1) * logBelow - logBeta(a, b) - Math.log(width)
  return { likelihood, params: [a, b, low, high] }
}

const betaShapes = (
  startA: number,
  startB: number,
  logAbove: number,
  logBelow: number,
): [number, number] => {
  let [a, b] = [startA, startB]
  for (let step = 0; step < 12; step += 1) {
    const shared = digamma(a + b)
    const errorA = digamma(a) - shared - logAbove
    const errorB = digamma(b) - shared - logBelow
    const cross = -trigamma(a + b)
    const [slopeA, slopeB] = [trigamma(a) + cross, trigamma(b) + cross]
    const determinant = slopeA * slopeB - cross * cross
    const moveA = (errorA * slopeB - errorB * cross) / determinant
    const moveB = (errorB * slopeA - errorA * cross) / determinant
    // A shape may fall to a quarter at most in one step: it stays above zero.
    a = Math.max(a / 4, a - moveA)
    b = Math.max(b / 4, b - moveB)
    if (Math.abs(moveA) < 1e-6 * a && Math.abs(moveB) < 1e-6 * b) break
  }
  return [a, b]
}
