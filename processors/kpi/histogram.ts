/**
 * Log-bucket histograms inside the counters: `<name>/<bucket>`. Bucket b covers 1.05^b up to 1.05^(b+1) seconds, so a
 * quantile is read within 2.5 %; what is shorter than 1.05 s lies in bucket 0 and is read as .5 s.
 */

import type { Counters } from './counters.ts'

const RATIO = 1.05
const LOG_RATIO = Math.log(RATIO)
/** 1.05^284 s is 12 days: longer ones share the last bucket. */
const BUCKETS = 285
/** Two-sided 95 % of the normal distribution. */
const Z95 = 1.96

export type HistogramName = 'pass' | 'fail' | 'queue' | 'gap'

const namesOf = (name: HistogramName): readonly string[] =>
  Array.from({ length: BUCKETS }, (_, bucket) => `${name}/${bucket}`)
const NAMES: Readonly<Record<HistogramName, readonly string[]>> = {
  pass: namesOf('pass'),
  fail: namesOf('fail'),
  queue: namesOf('queue'),
  gap: namesOf('gap'),
}
const PLACES = new Map(
  (Object.keys(NAMES) as HistogramName[]).flatMap((name) =>
    NAMES[name].map((counter, bucket) => [counter, { name, bucket }] as const),
  ),
)

/** Counter of a length of time. Example: a pass of 60,000 ms is counted in `pass/83`, 57.4 s to 60.2 s. */
export const bucketName = (name: HistogramName, ms: number): string => {
  const bucket = ms <= 1000 ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log(ms / 1000) / LOG_RATIO))
  return NAMES[name][bucket] ?? ''
}
const startOf = (bucket: number): number => (bucket === 0 ? 0 : RATIO ** bucket)

/** One histogram, its buckets in order. */
export interface Histogram {
  n: number
  readonly buckets: [bucket: number, count: number][]
}
export type Histograms = Readonly<Record<HistogramName, Histogram>>

/** All histograms of the counters, in one pass. */
export const histogramsOf = (counters: Counters): Histograms => {
  const none = (): Histogram => ({ n: 0, buckets: [] })
  const out = { pass: none(), fail: none(), queue: none(), gap: none() }
  for (const counter in counters) {
    const place = PLACES.get(counter)
    const count = counters[counter] ?? 0
    if (place === undefined || count <= 0) continue
    const histogram = out[place.name]
    histogram.n += count
    histogram.buckets.push([place.bucket, count])
  }
  for (const name in out) out[name as HistogramName].buckets.sort((a, b) => a[0] - b[0])
  return out
}

/** Bucket that holds the observation of a rank, 1 being the shortest. */
const bucketAt = (histogram: Histogram, rank: number): number => {
  let seen = 0
  for (const [bucket, count] of histogram.buckets) {
    seen += count
    if (seen >= rank) return bucket
  }
  return 0
}

export interface Quantile {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly n: number
}

/**
 * Quantile q in seconds, with a distribution-free 95 % interval between order statistics: ranks n·q ± 1.96·√(n·q·(1−q))
 * (Conover 1999, 3.2), widened to the edges of their buckets. An end that would lie outside the sample is null: so few
 * runs do not bound it. Example: the median of 100 runs lies between the 40th and the 61st.
 */
export const quantile = (histogram: Histogram, q: number): Quantile => {
  const { n } = histogram
  if (n === 0) return { value: null, low: null, high: null, n }
  const half = Z95 * Math.sqrt(n * q * (1 - q))
  const low = Math.floor(n * q - half)
  const high = Math.ceil(n * q + half) + 1
  const bucket = bucketAt(histogram, Math.max(1, Math.ceil(n * q)))
  return {
    value: bucket === 0 ? 0.5 : Math.sqrt(startOf(bucket) * startOf(bucket + 1)),
    low: low < 1 ? null : startOf(bucketAt(histogram, low)),
    high: high > n ? null : startOf(bucketAt(histogram, high) + 1),
    n,
  }
}
