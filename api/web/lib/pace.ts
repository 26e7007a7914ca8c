/** Pipeline time between two answers: it runs on at the pace it was seen to run, and stops when nothing is heard. */

/** `asOf` was heard at `heardAt` on the wall clock; from then it moves by `rate` per millisecond, at most to `limit`. */
export interface Pace {
  readonly asOf: number
  readonly heardAt: number
  readonly rate: number
  readonly limit: number
}

export const NO_PACE: Pace = { asOf: 0, heardAt: 0, rate: 0, limit: 0 }

/** Looks closer together than this say nothing about the pace. */
const MIN_GAP_MS = 200
/** Time runs on for at most this many gaps without word. */
const GAPS = 3

/** The pace after hearing `asOf` at `wall`; time never goes back but by a new start more than an hour earlier. */
export const hear = (pace: Pace, asOf: number, wall: number): Pace => {
  if (pace.heardAt === 0 || asOf < pace.asOf - 3_600_000)
    return { asOf, heardAt: wall, rate: 0, limit: asOf }
  const gap = wall - pace.heardAt
  if (gap < MIN_GAP_MS)
    return asOf > pace.asOf ? { ...pace, limit: Math.max(pace.limit, asOf) } : pace
  const at = Math.max(asOf, pace.asOf)
  const rate = (at - pace.asOf) / gap
  return { asOf: at, heardAt: wall, rate, limit: at + rate * gap * GAPS }
}

/** Pipeline time at an instant of the wall clock. */
export const pipelineTime = (pace: Pace, wall: number): number =>
  Math.max(pace.asOf, Math.min(pace.limit, pace.asOf + pace.rate * (wall - pace.heardAt)))
