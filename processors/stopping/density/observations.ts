/** Durations made ready for fitting: clean, sorted, with their moments. */

/** Durations are known to a second: nothing is resolved below half of one, and a duration of zero means "less than one". */
export const HALF_RESOLUTION_SECONDS = 0.5

export interface Observations {
  /** Ascending, in seconds. */
  readonly values: Float64Array
  readonly mean: number
  /** Standard deviation of these values (divided by n) in seconds; above zero. */
  readonly sd: number
}

/**
 * Observations from durations in seconds; what is negative or not finite is left out. Null where fewer than `atLeast`
 * remain or all of them are equal: no density can be told then.
 * Example: [3, 1, 2] gives 1, 2, 3 with mean 2 and sd .8165.
 */
export const observe = (durations: readonly number[], atLeast: number): Observations | null => {
  const values = Float64Array.from(
    durations.filter((seconds) => Number.isFinite(seconds) && seconds >= 0),
    (seconds) => Math.max(seconds, HALF_RESOLUTION_SECONDS),
  ).sort()
  return values.length < Math.max(2, atLeast) ? null : withMoments(values)
}

/** The ranks (from 0, fractions cut off) of a sample from share `from` up to, not including, share `to`. Example: of 10 values .1 to .9 keeps the 2nd to the 9th. */
export const keepRanks = (sample: Observations, from: number, to: number): Observations | null => {
  const n = sample.values.length
  return withMoments(sample.values.slice(Math.floor(n * from), Math.floor(n * to)))
}

/** The same sample seen in a mirror at zero: what is bounded above is then bounded below. */
export const mirrored = (sample: Observations): Observations => ({
  values: sample.values.map((value) => -value).reverse(),
  mean: -sample.mean,
  sd: sample.sd,
})

export const first = (sample: Observations): number => sample.values[0] ?? 0
export const last = (sample: Observations): number => sample.values[sample.values.length - 1] ?? 0

const withMoments = (values: Float64Array): Observations | null => {
  const n = values.length
  let mean = 0
  for (const value of values) mean += value / n
  let square = 0
  for (const value of values) square += (value - mean) ** 2 / n
  const sd = Math.sqrt(square)
  // Equal values may leave a rounding error behind: a spread below it is none.
  return n > 0 && Number.isFinite(sd) && sd > 1e-9 * mean ? { values, mean, sd } : null
}
