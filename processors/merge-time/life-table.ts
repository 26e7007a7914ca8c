/**
 * When pull requests end, on their own scale: z = (log(1 + seconds open) − forecast) / expected error. A life table of
 * intensities by bucket of z, so that those still open count for as long as they have been open, and no longer.
 */

const FROM_Z = -5
const WIDTH = 0.25
export const BUCKETS = 52
/** A pull request open beyond the last bucket is taken as one that never ends. */
export const TO_Z = FROM_Z + BUCKETS * WIDTH
/** What is not known yet counts for so many units of z under watch. */
const STRENGTH = 10
const KEEP = 0.998

export interface LifeTable {
  /** Decayed ends, and z under watch times the risk in it, by bucket. */
  ends: number[]
  risk: number[]
  /** What a new end weighs: it grows instead of all else shrinking. */
  weight: number
}
export const newLifeTable = (): LifeTable => ({
  ends: new Array<number>(BUCKETS).fill(0),
  risk: new Array<number>(BUCKETS).fill(0),
  weight: 1,
})

/**
 * Intensity of ending per unit of z where nothing is known: errors as Laplace (1774) has them, whose mean absolute
 * error is 1. Example: 1 above the median; .5 · e^−1 / (1 − .5 · e^−1) = .225 one unit below it.
 */
export const startIntensity = (z: number): number => {
  if (z >= 0) return 1
  const below = 0.5 * Math.exp(z)
  return below / (1 - below)
}
const middle = (bucket: number): number => FROM_Z + (bucket + 0.5) * WIDTH
export const START_INTENSITIES: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) =>
  startIntensity(middle(bucket)),
)

/** Intensities of a table that leans on a wider one. */
export const intensitiesOf = (
  { ends, risk, weight }: LifeTable,
  wider: readonly number[],
): number[] =>
  wider.map(
    (other, i) =>
      ((ends[i] ?? 0) + STRENGTH * weight * other) / ((risk[i] ?? 0) + STRENGTH * weight),
  )

const clamp = (z: number): number => Math.min(TO_Z - 1e-9, Math.max(FROM_Z, z))
/** Bucket of z. Example: −5 and all below it are in bucket 0. */
export const bucketOf = (z: number): number => Math.floor((clamp(z) - FROM_Z) / WIDTH)

/** Parts of buckets between two z, from the earlier to the later. */
export function* partsOf(
  from: number,
  to: number,
): Generator<{ readonly bucket: number; readonly z: number; readonly width: number }> {
  let z = clamp(from)
  const end = Math.min(TO_Z, to)
  for (let bucket = bucketOf(z); z < end && bucket < BUCKETS; bucket += 1) {
    const next = Math.min(end, FROM_Z + (bucket + 1) * WIDTH)
    if (next > z) yield { bucket, z, width: next - z }
    z = Math.max(z, next)
  }
}

/** One pull request was watched from one z to another, at `riskOf(bucket)` times the usual risk. */
export const watch = (
  table: LifeTable,
  from: number,
  to: number,
  riskOf: (bucket: number) => number,
): void => {
  for (const { bucket, width } of partsOf(from, to))
    table.risk[bucket] = (table.risk[bucket] ?? 0) + table.weight * width * riskOf(bucket)
}

/** One pull request ended at z. */
export const countEnd = (table: LifeTable, z: number): void => {
  const bucket = bucketOf(z)
  table.ends[bucket] = (table.ends[bucket] ?? 0) + table.weight
  table.weight /= KEEP
  if (table.weight < 1e6) return
  const factor = 1 / table.weight
  table.ends = table.ends.map((value) => value * factor)
  table.risk = table.risk.map((value) => value * factor)
  table.weight = 1
}
