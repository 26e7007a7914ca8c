/**
 * Intervals by the bootstrap (Efron 1979), resampling units and not runs: runs of one push, or of one day, are not
 * independent. A unit's weight is how often it was drawn; a statistic is a function of those weights, so the point
 * estimate is the same function at weight one.
 */

/** How often each unit was drawn; more than 255 times of one unit has no chance worth counting. */
export type Weights = Uint8Array
/** A value with its 95 % interval; null where there is nothing to say. */
export interface Figure {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}
/** The resamples of one subject, drawn once for all its figures: so differences are paired. */
export interface Draws {
  readonly units: number
  readonly seed: number
  readonly rounds: readonly Weights[]
}
export interface BootstrapOptions {
  readonly resamples: number
  readonly seed: number
}

/** Fewer units than this give no interval: their resamples say nothing about the next unit. */
export const MIN_UNITS = 10
const NOTHING: Figure = { value: null, low: null, high: null }

/** Numbers in 0..1 that depend on the seed alone (mulberry32). Example: seed 1 begins with .6270739. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Value at a share of sorted numbers, linear between them. Example: half of 1, 2, 4, 8 is 3. */
export const quantile = (sorted: ArrayLike<number>, share: number): number => {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? NaN
  const above = sorted[Math.ceil(place)] ?? NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** Draws as many units as there are, with replacement, once a resample; none below ten units. */
export const drawsOf = (units: number, { resamples, seed }: BootstrapOptions): Draws => {
  const random = seededRandom(seed)
  const rounds = Array.from({ length: units < MIN_UNITS ? 0 : resamples }, () => {
    const weights = new Uint8Array(units)
    for (let i = 0; i < units; i += 1) {
      const unit = Math.floor(random() * units)
      weights[unit] = (weights[unit] ?? 0) + 1
    }
    return weights
  })
  return { units, seed, rounds }
}

/** The draws for figures that rest on these units only: no interval where they are fewer than ten. */
export const drawsAmong = (draws: Draws, units: Iterable<number>): Draws =>
  new Set(units).size < MIN_UNITS ? { ...draws, rounds: [] } : draws

type Statistics<Name extends string> = (weights: Weights) => Readonly<Record<Name, number | null>>

/**
 * Statistics with their 95 % percentile intervals, from the first `limit` resamples. A statistic that is null has no
 * value; an interval needs a value in at least half of the resamples.
 */
export const bootstrap = <Name extends string>(
  { units, rounds }: Draws,
  statistics: Statistics<Name>,
  limit = rounds.length,
): Record<Name, Figure> => {
  const point = statistics(new Uint8Array(units).fill(1))
  const names = Object.keys(point) as Name[]
  const used = names.some((name) => point[name] !== null) ? rounds.slice(0, limit) : []
  const drawn = used.map(statistics)
  return Object.fromEntries(
    names.map((name) => [
      name,
      figureOf(
        point[name],
        drawn.map((values) => values[name]),
      ),
    ]),
  ) as Record<Name, Figure>
}

const figureOf = (value: number | null, drawn: readonly (number | null)[]): Figure => {
  if (value === null) return NOTHING
  const sorted = Float64Array.from(drawn.filter((other) => other !== null)).sort()
  return sorted.length === 0 || sorted.length < drawn.length / 2
    ? { value, low: null, high: null }
    : { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }
}

/**
 * The interval turned about its value, for a statistic that resampling pushes up, such as a calibration error:
 * the push is taken off once more instead of being added (reverse percentile; Davison and Hinkley 1997, 5.2).
 */
export const turned = ({ value, low, high }: Figure): Figure =>
  value === null || low === null || high === null
    ? { value, low, high }
    : { value, low: Math.max(0, 2 * value - high), high: Math.max(0, 2 * value - low) }

/** Sums by unit, only of units that have any. */
export interface Column {
  readonly units: Uint32Array
  readonly sums: Float64Array
}

/** Adds values up by unit; zeros are left out. */
export const columnOf = (entries: Iterable<readonly [unit: number, value: number]>): Column => {
  const sums = new Map<number, number>()
  for (const [unit, value] of entries)
    if (value !== 0) sums.set(unit, (sums.get(unit) ?? 0) + value)
  return { units: Uint32Array.from(sums.keys()), sums: Float64Array.from(sums.values()) }
}

/** Sum of a column in a resample. Example: sums 2 and 3 drawn once and twice give 8. */
export const weighted = ({ units, sums }: Column, weights: Weights): number => {
  let total = 0
  for (let i = 0; i < units.length; i += 1) total += (sums[i] ?? 0) * (weights[units[i] ?? 0] ?? 0)
  return total
}
