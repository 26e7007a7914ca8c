/** The forecast of a running run as a curve over the time that it may yet take. */

import { isEventful, longestKnown, type Basis } from './basis.ts'
import { pFailAt, type Moving, type Seen } from './forecast.ts'
import { BUCKETS, bucketOf, bucketStart } from './survival.ts'

/** Knots of the curve: now, then where belief moves, at most twelve, thinned evenly. */
const KNOTS = 12
export const curveOf = (
  basis: Basis,
  seen: Seen,
  waitedSeconds: number,
  isWaiting: boolean,
): { curveSeconds: number[]; curvePFail: number[] } => {
  if (isWaiting)
    return {
      curveSeconds: [seen.elapsedSeconds + waitedSeconds],
      curvePFail: [pFailAt(basis, seen)],
    }
  const end = longestKnown(basis)
  const knots: number[] = []
  for (let b = bucketOf(seen.elapsedSeconds) + 1; b < BUCKETS && bucketStart(b) <= end; b += 1)
    if (isEventful(basis, b) || isEventful(basis, b - 1)) knots.push(bucketStart(b))
  const step = Math.max(1, (knots.length - 1) / (KNOTS - 2))
  const curveSeconds = [seen.elapsedSeconds]
  for (let i = 0; i < knots.length - 0.5; i += step) curveSeconds.push(knots[Math.round(i)] ?? end)
  const at: Moving = { ...seen }
  const curvePFail = curveSeconds.map((t) => {
    at.elapsedSeconds = t
    return pFailAt(basis, at)
  })
  return { curveSeconds: curveSeconds.map((t) => t + waitedSeconds), curvePFail }
}
