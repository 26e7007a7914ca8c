/**
 * Counters: everything that is windowed is a whole number under a name, in a sparse map. Whole numbers add exactly in
 * any order, so panes can be subtracted when they expire and jobs summed to repositories. Time is in milliseconds,
 * shares and squared errors in millionths.
 */

import type { Outcome } from '../../schemas/events.ts'

export type Counters = Record<string, number>

/** Shares and errors are counted in millionths. */
export const MILLION = 1_000_000

/** Adds to one counter; a counter that comes to zero is forgotten. */
export const add = (counters: Counters, name: string, amount: number): void => {
  const sum = (counters[name] ?? 0) + amount
  if (sum === 0) Reflect.deleteProperty(counters, name)
  else counters[name] = sum
}

/** Adds (sign 1) or subtracts (sign −1) all counters of `from`. */
export const merge = (into: Counters, from: Counters, sign: 1 | -1): void => {
  for (const name in from) add(into, name, sign * (from[name] ?? 0))
}

/** True where no counter is left. */
export const isEmpty = (counters: Counters): boolean => {
  for (const _ in counters) return false
  return true
}

/** A finished run as the KPIs see it; milliseconds, null where unknown. */
export interface RunSample {
  readonly outcome: Outcome
  readonly finishedAt: number
  readonly durationMs: number | null
  readonly queueMs: number | null
}

/** Turns one finished run into counters; `sign` −1 takes an earlier telling of it back. */
export type CountRun = (run: RunSample, into: Counters, sign: 1 | -1) => void
