/**
 * When an open pull request will be merged, and whether at all. Merge and close compete: each part of the life table
 * ends some of what is left, as a merge or as a close; what is left beyond the table never merges.
 */

import { partsOf, TO_Z } from './life-table.ts'
import type { Sway } from './signs.ts'

/** Quantiles that a forecast tells: the bounds of 50, 80 and 90 % and the middle. */
export const QUANTILES = {
  p05: 0.05,
  p10: 0.1,
  p25: 0.25,
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
}
/** A pull request older than all before is judged as one that has a little of the table left. */
const LAST_Z = TO_Z - 2

export interface Outlook {
  readonly location: number
  readonly scale: number
  readonly elapsedSeconds: number
  readonly intensities: readonly number[]
  readonly mergeShare: (z: number) => number
  readonly sway: Sway
}
/** Merges expected up to a log time, at the ends of the parts of the life table. */
interface Step {
  readonly logTime: number
  readonly merged: number
}
export interface Outcome {
  readonly pMerge: number
  readonly steps: readonly Step[]
}

/** Where a pull request stands on its own scale. */
export const zOf = (seconds: number, location: number, scale: number): number =>
  (Math.log1p(Math.max(0, seconds)) - location) / scale

/** Walks the rest of the life table. Example: one part of intensity 1 over 1 unit, all merges: pMerge 1 − 1/e. */
export const outcomeOf = (outlook: Outlook): Outcome => {
  const { scale, elapsedSeconds, intensities, mergeShare, sway } = outlook
  const logNow = Math.log1p(Math.max(0, elapsedSeconds))
  const from = Math.min(LAST_Z, (logNow - outlook.location) / scale)
  const location = from < LAST_Z ? outlook.location : logNow - LAST_Z * scale
  let [left, merged] = [1, 0]
  const steps: Step[] = [{ logTime: logNow, merged: 0 }]
  for (const { bucket, z, width } of partsOf(from, TO_Z)) {
    const intensity = intensities[bucket] ?? 0
    const share = mergeShare(z + width / 2)
    const merges = intensity * share * sway.merge
    const all = merges + intensity * (1 - share) * sway.close
    const ended = left * (1 - Math.exp(-all * width))
    left -= ended
    merged += all > 0 ? (ended * merges) / all : 0
    steps.push({ logTime: Math.max(logNow, location + scale * (z + width)), merged })
  }
  return { pMerge: merged, steps }
}

/** Seconds from opening within which a share of the merges happens, linear in log time inside a part. */
export const quantileOf = ({ pMerge, steps }: Outcome, share: number): number => {
  const wanted = share * pMerge
  let before = steps[0] ?? { logTime: 0, merged: 0 }
  for (const step of steps.slice(1)) {
    if (step.merged >= wanted) {
      const part = step.merged - before.merged
      const inside = part > 0 ? (wanted - before.merged) / part : 1
      return Math.expm1(before.logTime + inside * (step.logTime - before.logTime))
    }
    before = step
  }
  return Math.expm1(before.logTime)
}

/** Share of the merges within so many seconds: the inverse of {@link quantileOf}. */
export const shareWithin = ({ pMerge, steps }: Outcome, seconds: number): number => {
  const wanted = Math.log1p(seconds)
  let before = steps[0] ?? { logTime: 0, merged: 0 }
  if (pMerge <= 0 || wanted <= before.logTime) return 0
  for (const step of steps.slice(1)) {
    if (step.logTime >= wanted) {
      const inside = (wanted - before.logTime) / Math.max(1e-12, step.logTime - before.logTime)
      return (before.merged + inside * (step.merged - before.merged)) / pMerge
    }
    before = step
  }
  return 1
}
