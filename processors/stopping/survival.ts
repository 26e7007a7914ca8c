/**
 * Decayed log-bucket histograms of run durations, and survival read off them.
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
  seconds <= 1 ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log(seconds) / LOG_RATIO))

/** Start of a bucket in seconds. */
export const bucketStart = (bucket: number): number => (bucket === 0 ? 0 : BUCKET_RATIO ** bucket)

/** Adds weight at a duration. */
export const addDuration = (histogram: Histogram, seconds: number, weight: number): void => {
  const bucket = String(bucketOf(seconds))
  histogram[bucket] = (histogram[bucket] ?? 0) + weight
}

/** Multiplies all weights; drops what has become negligible. */
export const decay = (histogram: Histogram, factor: number): Histogram => {
  const out: Histogram = {}
  for (const [bucket, weight] of Object.entries(histogram))
    if (weight * factor > 1e-3) out[bucket] = weight * factor
  return out
}

/** A histogram with its tail sums, ready to be asked. */
export class Survival {
  readonly total: number
  readonly #weights = new Float64Array(BUCKETS)
  readonly #tail = new Float64Array(BUCKETS + 1)

  constructor(...parts: readonly { histogram: Histogram; scale: number }[]) {
    for (const { histogram, scale } of parts)
      for (const [bucket, weight] of Object.entries(histogram)) {
        const b = Number(bucket)
        this.#weights[b] = (this.#weights[b] ?? 0) + weight * scale
      }
    for (let b = BUCKETS - 1; b >= 0; b -= 1)
      this.#tail[b] = (this.#tail[b + 1] ?? 0) + (this.#weights[b] ?? 0)
    this.total = this.#tail[0] ?? 0
  }

  /** Weight of runs that last longer than t seconds, linear inside a bucket. */
  beyond(t: number): number {
    const b = bucketOf(t)
    const start = bucketStart(b)
    const share = (t - start) / (bucketStart(b + 1) - start)
    return (
      (this.#tail[b + 1] ?? 0) + (this.#weights[b] ?? 0) * (1 - Math.min(1, Math.max(0, share)))
    )
  }

  /** Chance that a run lasts past t seconds; 1 where nothing is known. */
  at(t: number): number {
    return this.total === 0 ? 1 : this.beyond(t) / this.total
  }

  /** The duration that a share q of the runs alive at t does not exceed, in seconds; null where none was ever alive. */
  quantileBeyond(t: number, q: number): number | null {
    const alive = this.beyond(t)
    if (alive <= 1e-9) return null
    const rest = alive * (1 - q)
    for (let b = bucketOf(t); b < BUCKETS; b += 1) {
      const after = this.#tail[b + 1] ?? 0
      if (after > rest) continue
      const weight = this.#weights[b] ?? 0
      const start = bucketStart(b)
      const share = weight === 0 ? 1 : 1 - (rest - after) / weight
      return Math.max(t, start + share * (bucketStart(b + 1) - start))
    }
    return null
  }

  /** Mean duration of the runs alive at t, minus t, in seconds; null where none was ever alive. */
  meanRemaining(t: number): number | null {
    const alive = this.beyond(t)
    if (alive <= 1e-9) return null
    let sum = 0
    for (let b = bucketOf(t); b < BUCKETS; b += 1) {
      const start = Math.max(t, bucketStart(b))
      const end = bucketStart(b + 1)
      const weight = start === t ? alive - (this.#tail[b + 1] ?? 0) : (this.#weights[b] ?? 0)
      sum += weight * ((start + end) / 2 - t)
    }
    return sum / alive
  }
}
