/**
 * Log-bucket histograms inside the counters. Bucket b covers 1.05^b up to 1.05^(b+1) seconds, so a quantile is read within
 * 2.5 %; what is shorter than 1.05 s lies in bucket 0 and is read as .5 s, what is longer than 12 days in the last one.
 */

import { Z95 } from '../../schemas/measures.ts'
import { placeOf, type Counters } from './counters.ts'
import { BUCKETS, HISTOGRAMS, type HistogramName } from './names.ts'

const RATIO = 1.05
const LOG_RATIO = Math.log(RATIO)

/** Bucket of a length of time, the last of `buckets` at most. */
export const bucketOf = (ms: number, buckets: number): number =>
  ms <= 1000 ? 0 : Math.min(buckets - 1, Math.floor(Math.log(ms / 1000) / LOG_RATIO))
const startOf = (bucket: number): number => (bucket === 0 ? 0 : RATIO ** bucket)

/** Counter of a length of time. Example: 60,000 ms lies in bucket 83, 57.4 s to 60.2 s. */
export const bucketId = (name: HistogramName, ms: number): number =>
  HISTOGRAMS[name] + bucketOf(ms, BUCKETS)

/** The pairs of one histogram: places from, to. */
interface Slice {
  readonly counters: Readonly<Counters>
  readonly from: number
  readonly to: number
  readonly first: number
}
const sliceOf = (counters: Readonly<Counters>, first: number, buckets: number): Slice => ({
  counters,
  first,
  from: placeOf(counters, first),
  to: placeOf(counters, first + buckets),
})
const sizeOf = ({ counters, from, to }: Slice): number => {
  let n = 0
  for (let at = from; at < to; at += 2) n += counters[at + 1] ?? 0
  return n
}

/** Bucket that holds the observation of a rank, 1 being the shortest. */
const bucketAt = ({ counters, from, to, first }: Slice, rank: number): number => {
  let seen = 0
  for (let at = from; at < to; at += 2) {
    seen += counters[at + 1] ?? 0
    if (seen >= rank) return (counters[at] ?? 0) - first
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
export const quantile = (counters: Readonly<Counters>, name: HistogramName, q: number): Quantile =>
  quantileFrom(counters, HISTOGRAMS[name], BUCKETS, q)

/** The same of a histogram whose buckets begin at any counter. */
export const quantileFrom = (
  counters: Readonly<Counters>,
  first: number,
  buckets: number,
  q: number,
): Quantile => {
  const slice = sliceOf(counters, first, buckets)
  const n = sizeOf(slice)
  if (n <= 0) return { value: null, low: null, high: null, n: 0 }
  const half = Z95 * Math.sqrt(n * q * (1 - q))
  const low = Math.floor(n * q - half)
  const high = Math.ceil(n * q + half) + 1
  const bucket = bucketAt(slice, Math.max(1, Math.ceil(n * q)))
  return {
    value: bucket === 0 ? 0.5 : Math.sqrt(startOf(bucket) * startOf(bucket + 1)),
    low: low < 1 ? null : startOf(bucketAt(slice, low)),
    high: high > n ? null : startOf(bucketAt(slice, high) + 1),
    n,
  }
}
