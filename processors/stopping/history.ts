/** What a job remembers of its finished runs. */

import { addDuration, decay, type Histogram } from './survival.ts'

/** Outcomes kept one by one, newest first. */
export const RECENT = 30
/** Durations are forgotten by halves every so many finished runs: long enough for a shape, short enough to move. */
const DURATION_HALF_LIFE_RUNS = 40
const FORGET = 0.5 ** (1 / DURATION_HALF_LIFE_RUNS)

export interface History {
  /** Newest first; true where the run failed. */
  recent: boolean[]
  pass: Histogram
  fail: Histogram
  /** Durations of the last five passes in seconds, newest first: Jenkins' rule reads them. */
  lastPasses: number[]
}

export const emptyHistory = (): History => ({ recent: [], pass: {}, fail: {}, lastPasses: [] })

/** The history after one more finished run; `seconds` is null where the duration is unknown. */
export const remember = (history: History, failed: boolean, seconds: number | null): History => {
  const next: History = {
    recent: [failed, ...history.recent].slice(0, RECENT),
    pass: decay(history.pass, FORGET),
    fail: decay(history.fail, FORGET),
    lastPasses: history.lastPasses,
  }
  if (seconds === null) return next
  addDuration(failed ? next.fail : next.pass, seconds, 1)
  if (!failed) next.lastPasses = [seconds, ...history.lastPasses].slice(0, 5)
  return next
}

/** Failures in a row (positive) or passes in a row (negative). Example: fail, fail, pass → 2. */
export const streak = (history: History): number => {
  const [first] = history.recent
  if (first === undefined) return 0
  const other = history.recent.indexOf(!first)
  const length = other < 0 ? history.recent.length : other
  return first ? length : -length
}

/** Weight of the newest outcome is 1, of each older one this factor less: history beats age, and it moves. */
const OUTCOME_DECAY = 0.85
/** The pool counts as much as this many runs of the job itself. */
const POOL_WEIGHT = 2

/** Chance to fail before anything of the run is known, and the weight of evidence behind it. */
export const failureRate = (history: History, pooled: number): { rate: number; weight: number } => {
  let failures = POOL_WEIGHT * pooled
  let weight = POOL_WEIGHT
  history.recent.forEach((failed, age) => {
    const w = OUTCOME_DECAY ** age
    weight += w
    if (failed) failures += w
  })
  return { rate: failures / weight, weight }
}

/** Job's decayed base rate, with a prior of one half run each way: what a forecast must beat. */
export const baseRate = (history: History): number => {
  const { rate, weight } = failureRate(history, 0.5)
  return (rate * weight - POOL_WEIGHT / 2 + 0.5) / (weight - POOL_WEIGHT + 1)
}
