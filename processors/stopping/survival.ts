/**
 * Decayed log-bucket histograms of durations, and survival read off them by the actuarial (life-table) estimator.
 *
 * Bucket b covers durations in seconds from 1.12^b up to 1.12^(b+1): 12 % wide, so a quantile is read within 6 %.
 */

const BUCKET_RATIO = 1.12
const LOG_RATIO = Math.log(BUCKET_RATIO)
/** 1.12^122 seconds is 11.6 days: longer runs share the last bucket. */
export const BUCKETS = 123

/**
 * Weight of runs per duration bucket: pairs `[bucket, weight, bucket, weight, ...]` in order of bucket. Jobs have thousands of
 * them, which are read at each end of a run: a short array takes a third of the time and memory of a map by bucket.
 */
export type Histogram = number[]

/** The last duration that was asked for, and its bucket: the curves of a job are read at one instant after the other. */
const LAST = new Float64Array(2)
/** Bucket of a duration in seconds. Example: 60 s lies in bucket 36, which begins at 59.1 s. */
export const bucketOf = (seconds: number): number => {
  if (seconds <= 1) return 0
  if (seconds === LAST[0]) return LAST[1] ?? 0
  const bucket = Math.min(BUCKETS - 1, Math.floor(Math.log(seconds) / LOG_RATIO + 1e-9))
  LAST[0] = seconds
  LAST[1] = bucket
  return bucket
}

const STARTS = Float64Array.from({ length: BUCKETS + 1 }, (_, b) =>
  b === 0 ? 0 : BUCKET_RATIO ** b,
)
/** Start of a bucket in seconds. */
export const bucketStart = (bucket: number): number => STARTS[bucket] ?? Infinity

/** Adds weight at a duration. */
export const addDuration = (histogram: Histogram, seconds: number, weight: number): void => {
  const bucket = bucketOf(seconds)
  let at = histogram.length
  while (at > 0 && (histogram[at - 2] ?? 0) > bucket) at -= 2
  if (at > 0 && histogram[at - 2] === bucket) histogram[at - 1] = (histogram[at - 1] ?? 0) + weight
  else histogram.splice(at, 0, bucket, weight)
}

/** Multiplies all weights; drops what has become negligible. */
export const decay = (histogram: Readonly<Histogram>, factor: number): Histogram => {
  const out: Histogram = []
  for (let at = 0; at < histogram.length; at += 2) {
    const weight = (histogram[at + 1] ?? 0) * factor
    if (weight > 1e-3) out.push(histogram[at] ?? 0, weight)
  }
  return out
}

export const weightIn = (histogram: Readonly<Histogram>): number => {
  let weight = 0
  for (let at = 1; at < histogram.length; at += 2) weight += histogram[at] ?? 0
  return weight
}

/** The duration that a share q of the runs does not exceed. Example: 99 runs of 60 s and one of 600 s, q .99: 66 s. */
export const quantileOf = (histogram: Readonly<Histogram>, q: number): number => {
  let beyond = weightIn(histogram) * (1 - q)
  for (let at = histogram.length - 2; at >= 0; at -= 2) {
    const weight = histogram[at + 1] ?? 0
    const [start, end] = [bucketStart(histogram[at] ?? 0), bucketStart((histogram[at] ?? 0) + 1)]
    if (weight > beyond + 1e-9) return end - (end - start) * (beyond / weight)
    beyond -= weight
  }
  return 0
}

/** As a record says it: weight by bucket. */
export const weightsOf = (histogram: Readonly<Histogram>): Record<string, number> => {
  const weights: Record<string, number> = {}
  for (let at = 0; at < histogram.length; at += 2)
    weights[String(histogram[at])] = histogram[at + 1] ?? 0
  return weights
}
/** Inverse of {@link weightsOf}. */
export const histogramOf = (weights: Readonly<Record<string, number>>): Histogram =>
  Object.entries(weights)
    .map(([bucket, weight]): [number, number] => [Number(bucket), weight])
    .sort(([a], [b]) => a - b)
    .flat()

/** A histogram and the share of it that counts. */
export interface Part {
  readonly histogram: Readonly<Histogram>
  readonly scale: number
}

/** Working space of the constructor below: cleared at each use, so nothing is carried over. */
const ENDS = new Float64Array(BUCKETS)
const CUT = new Float64Array(BUCKETS)

/** Sums the parts and widens the range `[from, last]` to the buckets that hold any. */
const spread = (parts: readonly Part[], weights: Float64Array, range: Range): void => {
  weights.fill(0)
  for (const { histogram, scale } of parts) {
    if (scale === 0) continue
    for (let at = 0; at < histogram.length; at += 2) {
      const b = histogram[at] ?? 0
      weights[b] = (weights[b] ?? 0) + (histogram[at + 1] ?? 0) * scale
      if (weights[b] === 0) continue
      if (b < range.from) range.from = b
      if (b > range.last) range.last = b
    }
  }
}
interface Range {
  from: number
  last: number
}

/** Numbers of curves lie one curve behind the other: an array of its own for each would take longer to make than to fill. */
const SLAB = 4096
let slab = new Float64Array(SLAB)
let slabEnd = 0
/** Takes so many numbers of the slab, all of them zero. */
const take = (size: number): { values: Float64Array; start: number } => {
  if (slabEnd + size > SLAB) {
    slab = new Float64Array(SLAB)
    slabEnd = 0
  }
  slabEnd += size
  return { values: slab, start: slabEnd - size }
}
/** For a curve that is asked one thing and left. */
const SCRATCH = new Float64Array(3 * (BUCKETS + 1))

/**
 * Survival S(t): the share of runs that last longer than t seconds, linear inside a bucket. `ended` are runs that ended
 * at their duration, `censored` those of which only a lower bound is known (Cutler and Ederer 1958: a bucket with d
 * ends, c censored and n at risk is survived by 1 − d / (n − c/2)).
 * Example: ends at 10, 20, 40 s and one run cut off at 30 s give S(25) = 2/4 and S(60) = 2/4 · (1 − 1/1) = 0.
 */
export class Survival {
  /** Weight of all runs behind it, censored ones too. */
  readonly total: number
  /** End of the last bucket that holds a run, in seconds; 0 where none does. */
  readonly end: number
  /** The first bucket that holds a run; S is 1 before it. */
  readonly #from: number
  /** How many starts of buckets are kept: from the first to the one after the last that hold a run. */
  readonly #size: number
  /**
   * At each of them S, then at each the weight at risk, then the integral of S from there to the end of what is known, in
   * seconds. One array, and plain arithmetic where it is read: jobs are looked at millions of times.
   */
  readonly #values: Float64Array
  /** Where they begin in the array. */
  readonly #start: number

  constructor(ended: readonly Part[], censored: readonly Part[] = [], isBrief = false) {
    const range = { from: BUCKETS, last: -1 }
    spread(ended, ENDS, range)
    spread(censored, CUT, range)
    const length = range.last < 0 ? 0 : range.last - range.from + 1
    this.#from = range.from
    this.end = length === 0 ? 0 : bucketStart(range.last + 1)
    this.#size = length + 1
    const { values, start } = isBrief
      ? { values: SCRATCH.fill(0), start: 0 }
      : take(3 * (length + 1))
    this.#values = values
    this.#start = start
    this.#fill(length)
    this.total = values[start + length + 1] ?? 0
  }

  #fill(length: number): void {
    const values = this.#values
    const from = this.#from
    const shares = this.#start
    const atRisk = shares + length + 1
    const rest = atRisk + length + 1
    values[shares] = 1
    let n = 0
    for (let i = length - 1; i >= 0; i -= 1) {
      n += (ENDS[from + i] ?? 0) + (CUT[from + i] ?? 0)
      values[atRisk + i] = n
    }
    let share = 1
    for (let i = 0; i < length; i += 1) {
      const exposed = (values[atRisk + i] ?? 0) - (CUT[from + i] ?? 0) / 2
      if (exposed > 1e-12) share *= 1 - Math.min(1, (ENDS[from + i] ?? 0) / exposed)
      values[shares + i + 1] = share
    }
    let area = 0
    for (let i = length - 1; i >= 0; i -= 1) {
      const width = (STARTS[from + i + 1] ?? 0) - (STARTS[from + i] ?? 0)
      area += (((values[shares + i] ?? 0) + (values[shares + i + 1] ?? 0)) / 2) * width
      values[rest + i] = area
    }
  }

  /** S(t); 1 where nothing is known. */
  at(t: number): number {
    return this.#read(this.#start, t)
  }

  /** Weight of runs known to last longer than t. */
  beyond(t: number): number {
    return this.#read(this.#start + this.#size, t)
  }

  /** A value kept at bucket starts, linear inside a bucket, constant before the first and after the last. */
  #read(first: number, t: number): number {
    const b = bucketOf(t)
    const i = b - this.#from
    const values = this.#values
    if (i < 0) return values[first] ?? 0
    if (i >= this.#size - 1) return values[first + this.#size - 1] ?? 0
    const start = STARTS[b] ?? 0
    const share = Math.min(1, Math.max(0, (t - start) / ((STARTS[b + 1] ?? 0) - start)))
    const before = values[first + i] ?? 0
    return before + ((values[first + i + 1] ?? 0) - before) * share
  }

  /** True where a run ended or was cut off in this bucket. */
  holds(bucket: number): boolean {
    const i = bucket - this.#from
    if (i < 0 || i >= this.#size - 1) return false
    const atRisk = this.#start + this.#size + i
    return this.#values[atRisk] !== this.#values[atRisk + 1]
  }

  /**
   * The duration that a share q of the runs alive at t does not exceed, in seconds; where that is not known, because
   * runs were cut off before, the longest duration known; null where no run is known to last past t.
   */
  quantileBeyond(t: number, q: number): number | null {
    const alive = this.at(t)
    if (alive <= 1e-9 || this.beyond(t) <= 1e-9) return null
    const values = this.#values
    const rest = alive * (1 - q)
    for (let i = Math.max(0, bucketOf(t) - this.#from); i < this.#size - 1; i += 1) {
      const after = values[this.#start + i + 1] ?? 0
      if (after > rest) continue
      const before = values[this.#start + i] ?? 0
      const share = before === after ? 1 : (before - rest) / (before - after)
      const start = STARTS[this.#from + i] ?? 0
      return Math.max(t, start + ((STARTS[this.#from + i + 1] ?? 0) - start) * share)
    }
    return this.end
  }

  /** Mean time to the end of the runs alive at t, in seconds, as far as durations are known; null where none is. */
  meanRemaining(t: number): number | null {
    const alive = this.at(t)
    if (alive <= 1e-9 || this.beyond(t) <= 1e-9) return null
    const values = this.#values
    const rest = this.#start + 2 * this.#size
    const i = bucketOf(t) - this.#from
    if (i < 0) return bucketStart(this.#from) - t + (values[rest] ?? 0)
    const after = values[this.#start + i + 1] ?? 0
    const here = ((alive + after) / 2) * (bucketStart(this.#from + i + 1) - t)
    return (here + (values[rest + i + 1] ?? 0)) / alive
  }
}

/** Quantile q by survival of what ended, in seconds, null where nothing did. Example: ends at 10, 20, 40 s, .5: within 6 % of 20. */
export const lastingQuantile = (ended: Readonly<Histogram>, q: number): number | null =>
  new Survival([{ histogram: ended, scale: 1 }], [], true).quantileBeyond(0, q)
