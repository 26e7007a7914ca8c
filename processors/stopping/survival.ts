/**
 * Decayed log-bucket histograms of durations, and survival read off them by the actuarial (life-table) estimator.
 *
 * Bucket b covers durations in seconds from 1.12^b up to 1.12^(b+1): 12 % wide, so a quantile is read within 6 %.
 */

const BUCKET_RATIO = 1.12
const LOG_RATIO = Math.log(BUCKET_RATIO)
/** 1.12^122 seconds is 11.6 days: longer runs share the last bucket. */
export const BUCKETS = 123

/** Weight of runs per duration bucket; sparse. */
export type Histogram = Record<string, number>

/** Bucket of a duration in seconds. Example: 60 s lies in bucket 36, which begins at 59.1 s. */
export const bucketOf = (seconds: number): number =>
  seconds <= 1 ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log(seconds) / LOG_RATIO + 1e-9))

const STARTS = Float64Array.from({ length: BUCKETS + 1 }, (_, b) =>
  b === 0 ? 0 : BUCKET_RATIO ** b,
)
/** Start of a bucket in seconds. */
export const bucketStart = (bucket: number): number => STARTS[bucket] ?? Infinity

/** Adds weight at a duration. */
export const addDuration = (histogram: Histogram, seconds: number, weight: number): void => {
  const bucket = String(bucketOf(seconds))
  histogram[bucket] = (histogram[bucket] ?? 0) + weight
}

/** Multiplies all weights; drops what has become negligible. */
export const decay = (histogram: Histogram, factor: number): Histogram => {
  const out: Histogram = {}
  for (const bucket in histogram) {
    const weight = (histogram[bucket] ?? 0) * factor
    if (weight > 1e-3) out[bucket] = weight
  }
  return out
}

/** A histogram and the share of it that counts. */
export interface Part {
  readonly histogram: Histogram
  readonly scale: number
}

/** Working space of the constructor below: cleared at each use, so nothing is carried over. */
const ENDS = new Float64Array(BUCKETS)
const CUT = new Float64Array(BUCKETS)

const spread = (parts: readonly Part[], weights: Float64Array): void => {
  weights.fill(0)
  for (const { histogram, scale } of parts) {
    if (scale === 0) continue
    for (const bucket in histogram) {
      const b = Number(bucket)
      weights[b] = get(weights, b) + (histogram[bucket] ?? 0) * scale
    }
  }
}

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
  /** At the starts of buckets from the first to the one after the last that hold a run: S, the weight at risk, ... */
  readonly #share: Float64Array
  readonly #atRisk: Float64Array
  /** ... and the integral of S from there to the end of what is known, in seconds. */
  readonly #rest: Float64Array

  constructor(ended: readonly Part[], censored: readonly Part[] = []) {
    spread(ended, ENDS)
    spread(censored, CUT)
    let from = 0
    let last = BUCKETS - 1
    while (from < BUCKETS && get(ENDS, from) + get(CUT, from) === 0) from += 1
    while (last > from && get(ENDS, last) + get(CUT, last) === 0) last -= 1
    const length = from === BUCKETS ? 0 : last - from + 1
    this.#from = from
    this.end = length === 0 ? 0 : bucketStart(last + 1)
    this.#share = new Float64Array(length + 1).fill(1)
    this.#atRisk = new Float64Array(length + 1)
    this.#rest = new Float64Array(length + 1)
    this.#fill(length)
    this.total = get(this.#atRisk, 0)
  }

  #fill(length: number): void {
    const from = this.#from
    for (let i = length - 1; i >= 0; i -= 1)
      this.#atRisk[i] = get(this.#atRisk, i + 1) + get(ENDS, from + i) + get(CUT, from + i)
    for (let i = 0; i < length; i += 1) {
      const n = get(this.#atRisk, i) - get(CUT, from + i) / 2
      const hazard = n <= 1e-12 ? 0 : Math.min(1, get(ENDS, from + i) / n)
      this.#share[i + 1] = get(this.#share, i) * (1 - hazard)
    }
    for (let i = length - 1; i >= 0; i -= 1)
      this.#rest[i] =
        get(this.#rest, i + 1) +
        ((get(this.#share, i) + get(this.#share, i + 1)) / 2) *
          (bucketStart(from + i + 1) - bucketStart(from + i))
  }

  /** S(t); 1 where nothing is known. */
  at(t: number): number {
    return this.#read(this.#share, t)
  }

  /** Weight of runs known to last longer than t. */
  beyond(t: number): number {
    return this.#read(this.#atRisk, t)
  }

  /** A value kept at bucket starts, linear inside a bucket, constant before the first and after the last. */
  #read(values: Float64Array, t: number): number {
    const b = bucketOf(t)
    const i = b - this.#from
    if (i < 0) return get(values, 0)
    if (i >= values.length - 1) return get(values, values.length - 1)
    return mix(get(values, i), get(values, i + 1), inside(b, t))
  }

  /** True where a run ended or was cut off in this bucket. */
  holds(bucket: number): boolean {
    const i = bucket - this.#from
    return i >= 0 && get(this.#atRisk, i) !== get(this.#atRisk, i + 1)
  }

  /**
   * The duration that a share q of the runs alive at t does not exceed, in seconds; where that is not known, because
   * runs were cut off before, the longest duration known; null where no run is known to last past t.
   */
  quantileBeyond(t: number, q: number): number | null {
    const alive = this.at(t)
    if (alive <= 1e-9 || this.beyond(t) <= 1e-9) return null
    const rest = alive * (1 - q)
    for (let i = Math.max(0, bucketOf(t) - this.#from); i < this.#share.length - 1; i += 1) {
      const after = get(this.#share, i + 1)
      if (after > rest) continue
      const before = get(this.#share, i)
      const share = before === after ? 1 : (before - rest) / (before - after)
      const b = this.#from + i
      return Math.max(t, mix(bucketStart(b), bucketStart(b + 1), share))
    }
    return this.end
  }

  /** Mean time to the end of the runs alive at t, in seconds, as far as durations are known; null where none is. */
  meanRemaining(t: number): number | null {
    const alive = this.at(t)
    if (alive <= 1e-9 || this.beyond(t) <= 1e-9) return null
    const i = bucketOf(t) - this.#from
    if (i < 0) return bucketStart(this.#from) - t + get(this.#rest, 0)
    const here = ((alive + get(this.#share, i + 1)) / 2) * (bucketStart(this.#from + i + 1) - t)
    return (here + get(this.#rest, i + 1)) / alive
  }
}

const get = (values: Float64Array, index: number): number => values[index] ?? 0
const mix = (a: number, b: number, share: number): number => a + (b - a) * share
const inside = (b: number, t: number): number =>
  Math.min(1, Math.max(0, (t - bucketStart(b)) / (bucketStart(b + 1) - bucketStart(b))))
