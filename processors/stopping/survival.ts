/**
 * Decayed log-bucket histograms of durations, and survival read off them by the actuarial (life-table) estimator.
 *
 * Bucket b covers durations in seconds from 1.12^b up to 1.12^(b+1): 12 % wide, so a quantile is read within 6 %.
 */

export const BUCKET_RATIO = 1.12
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
  readonly #share: Float64Array
  readonly #atRisk: Float64Array
  /** Integral of S from a bucket's start to the end of what is known, in seconds. */
  readonly #rest: Float64Array
  /** End of the last bucket that holds a run, in seconds; 0 where none does. */
  readonly end: number

  constructor(ended: readonly Part[], censored: readonly Part[] = []) {
    spread(ended, ENDS)
    spread(censored, CUT)
    const room = new Float64Array(3 * (BUCKETS + 1))
    this.#share = room.subarray(0, BUCKETS + 1)
    this.#atRisk = room.subarray(BUCKETS + 1, 2 * (BUCKETS + 1))
    this.#rest = room.subarray(2 * (BUCKETS + 1))
    for (let b = BUCKETS - 1; b >= 0; b -= 1)
      this.#atRisk[b] = get(this.#atRisk, b + 1) + get(ENDS, b) + get(CUT, b)
    this.total = get(this.#atRisk, 0)
    this.#share[0] = 1
    let last = 0
    for (let b = 0; b < BUCKETS; b += 1) {
      const n = get(this.#atRisk, b) - get(CUT, b) / 2
      const hazard = n <= 1e-12 ? 0 : Math.min(1, get(ENDS, b) / n)
      this.#share[b + 1] = get(this.#share, b) * (1 - hazard)
      if (get(this.#atRisk, b) - get(this.#atRisk, b + 1) > 0) last = b + 1
    }
    this.end = last === 0 ? 0 : bucketStart(last)
    for (let b = last - 1; b >= 0; b -= 1)
      this.#rest[b] =
        get(this.#rest, b + 1) +
        ((get(this.#share, b) + get(this.#share, b + 1)) / 2) *
          (bucketStart(b + 1) - bucketStart(b))
  }

  /** S(t); 1 where nothing is known. */
  at(t: number): number {
    if (this.total === 0) return 1
    const b = bucketOf(t)
    return mix(get(this.#share, b), get(this.#share, b + 1), inside(b, t))
  }

  /** True where a run ended or was cut off in this bucket. */
  holds(bucket: number): boolean {
    return get(this.#atRisk, bucket) !== get(this.#atRisk, bucket + 1)
  }

  /** Weight of runs known to last longer than t. */
  beyond(t: number): number {
    const b = bucketOf(t)
    return mix(get(this.#atRisk, b), get(this.#atRisk, b + 1), inside(b, t))
  }

  /**
   * The duration that a share q of the runs alive at t does not exceed, in seconds; where that is not known, because
   * runs were cut off before, the longest duration known; null where no run is known to last past t.
   */
  quantileBeyond(t: number, q: number): number | null {
    const alive = this.at(t)
    if (alive <= 1e-9 || this.beyond(t) <= 1e-9) return null
    const rest = alive * (1 - q)
    for (let b = bucketOf(t); bucketStart(b) < this.end; b += 1) {
      const after = get(this.#share, b + 1)
      if (after > rest) continue
      const before = get(this.#share, b)
      const share = before === after ? 1 : (before - rest) / (before - after)
      return Math.max(t, mix(bucketStart(b), bucketStart(b + 1), share))
    }
    return this.end
  }

  /** Mean time to the end of the runs alive at t, in seconds, as far as durations are known; null where none is. */
  meanRemaining(t: number): number | null {
    const alive = this.at(t)
    if (alive <= 1e-9 || this.beyond(t) <= 1e-9) return null
    const b = bucketOf(t)
    const here = ((alive + get(this.#share, b + 1)) / 2) * (bucketStart(b + 1) - t)
    return (here + get(this.#rest, b + 1)) / alive
  }
}

const get = (values: Float64Array, index: number): number => values[index] ?? 0
const mix = (a: number, b: number, share: number): number => a + (b - a) * share
const inside = (b: number, t: number): number =>
  Math.min(1, Math.max(0, (t - bucketStart(b)) / (bucketStart(b + 1) - bucketStart(b))))
