/**
 * The ten classes of AI4CI's time to merge, `compat`: bounded by the deciles of the repository's own merged pull requests
 * (as its later tool had them), here of those heard so far, older ones forgotten by halves every 700.
 */

import { shareWithin, type Outcome } from './forecast.ts'

/** Log times in buckets of a quarter: a factor of 1.28. */
const WIDTH = 0.25
const KEEP = 0.999
/** Fewer merges have no deciles. */
const MIN_MERGES = 19
const CLASSES = 10

/** Decayed merges by log time. */
export const countTime = (times: readonly number[], logTime: number): number[] => {
  const place = Math.max(0, Math.floor(logTime / WIDTH))
  const length = Math.max(times.length, place + 1)
  return Array.from({ length }, (_, i) => (times[i] ?? 0) * KEEP + (i === place ? 1 : 0))
}

/** The nine inner deciles in seconds, linear in log time inside a bucket; empty where too few were merged. */
export const decilesOf = (times: readonly number[]): number[] => {
  const total = times.reduce((sum, count) => sum + count, 0)
  if (total < MIN_MERGES) return []
  const deciles: number[] = []
  let [below, bucket] = [0, 0]
  for (let decile = 1; decile < CLASSES; decile += 1) {
    const wanted = (total * decile) / CLASSES
    while (below + (times[bucket] ?? 0) < wanted && bucket < times.length - 1) {
      below += times[bucket] ?? 0
      bucket += 1
    }
    const inside = (wanted - below) / (times[bucket] ?? 1)
    deciles.push(Math.expm1(WIDTH * (bucket + inside)))
  }
  return deciles
}

/** Chances of the ten classes, given that it merges. */
export const classesOf = (outcome: Outcome, deciles: readonly number[]): number[] => {
  if (deciles.length === 0) return []
  const within = [0, ...deciles.map((seconds) => shareWithin(outcome, seconds)), 1]
  return within.slice(1).map((share, i) => share - (within[i] ?? 0))
}
