/**
 * Intervals by the bootstrap (Efron 1979), resampling units and not runs: runs of one push, or of one day, are not
 * independent. A unit's weight is how often it was drawn; a statistic is a function of those weights, so the point
 * estimate is the same function at weight one.
 */

/** How often each unit was drawn. */
export type Weights = Uint16Array
/** A value with its 95 % interval; null where there is nothing to say. */
export interface Figure {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}
export interface BootstrapOptions {
  readonly resamples: number
  readonly seed: number
}

/** Fewer units than this give no interval: their resamples say nothing about the next unit. */
export const MIN_UNITS = 10
export const NOTHING: Figure = { value: null, low: null, high: null }

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

/**
 * Statistics with their 95 % percentile intervals. A statistic that is NaN has no value; an interval needs ten units
 * and a value in at least half of the resamples.
 */
export const bootstrap = <Name extends string>(
  units: number,
  statistics: (weights: Weights) => Readonly<Record<Name, number>>,
  { resamples, seed }: BootstrapOptions,
): Record<Name, Figure> => {
  const point = statistics(new Uint16Array(units).fill(1))
  const names = Object.keys(point) as Name[]
  const drawn = Object.fromEntries(names.map((name) => [name, [] as number[]]))
  const random = seededRandom(seed)
  const weights = new Uint16Array(units)
  for (let round = 0; units >= MIN_UNITS && round < resamples; round += 1) {
    draw(weights, random)
    const values = statistics(weights)
    for (const name of names) if (!Number.isNaN(values[name])) drawn[name]?.push(values[name])
  }
  return Object.fromEntries(
    names.map((name) => [name, figureOf(point[name], drawn[name] ?? [], resamples)]),
  ) as Record<Name, Figure>
}

const draw = (weights: Weights, random: () => number): void => {
  const units = weights.length
  weights.fill(0)
  for (let i = 0; i < units; i += 1) {
    const unit = Math.floor(random() * units)
    weights[unit] = (weights[unit] ?? 0) + 1
  }
}

const figureOf = (value: number, drawn: readonly number[], resamples: number): Figure => {
  if (Number.isNaN(value)) return NOTHING
  if (drawn.length === 0 || drawn.length < resamples / 2) return { value, low: null, high: null }
  const sorted = Float64Array.from(drawn).sort()
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) }
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
