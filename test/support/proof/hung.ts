/**
 * Hung runs: those that outlast 99 in 100 of the runs of their job that ended before they started, of either outcome. How
 * much of what they burn beyond that is burnt after they were found. Found is a run that is advised to be stopped, or stopped,
 * or of which it is said that it may hang.
 *
 * Example: runs of a job end by 100 s. One lasts 1,000 s and is said to hang from 200 s on: it burns 900 s, 800 s of them after
 * it was found.
 */

import type { Decision, Score } from '../../../schemas/events.ts'
import { jobKey, runKey } from '../../../schemas/keys.ts'

/** So many runs tell how long 99 in 100 last; of more the newest count. */
const LEAST_RUNS = 100
const KEPT_RUNS = 300

export interface HungMeasures {
  readonly runs: number
  /** Of them found before half of what they burn was burnt. */
  readonly inTime: number
  readonly burntSeconds: number
  readonly afterSeconds: number
}

interface HungWatch {
  decision(decision: Decision): void
  score(score: Score): void
  measures(): HungMeasures
}

const isFound = ({ level, reason }: Decision): boolean =>
  level === 'advise' || level === 'stop' || reason.includes('may hang')

export const createHungWatch = (): HungWatch => {
  const found = new Map<string, number>()
  const ends = new Map<string, { endMs: number; seconds: number }[]>()
  const [burnt, after] = [[] as number[], [] as number[]]
  return {
    decision: (decision) => {
      const key = runKey(decision)
      if (isFound(decision) && !found.has(key)) found.set(key, decision.elapsedSeconds)
    },
    score: (score) => {
      const { durationSeconds: seconds, startedAt, failed } = score
      const key = runKey(score)
      const foundAt = found.get(key) ?? Infinity
      found.delete(key)
      if (seconds === null || startedAt === null || failed === null) return
      const known = ends.get(jobKey(score)) ?? []
      const limit = longestOf99(known.filter(({ endMs }) => endMs <= startedAt))
      ends.set(jobKey(score), [...known, { endMs: score.observedAt, seconds }].slice(-KEPT_RUNS))
      if (seconds <= limit) return
      burnt.push(seconds - limit)
      after.push(Math.max(0, seconds - Math.max(limit, foundAt)))
    },
    measures: () => ({
      runs: burnt.length,
      inTime: burnt.filter((seconds, i) => (after[i] ?? 0) >= seconds / 2).length,
      burntSeconds: sum(burnt),
      afterSeconds: sum(after),
    }),
  }
}

const longestOf99 = (runs: readonly { readonly seconds: number }[]): number => {
  if (runs.length < LEAST_RUNS) return Infinity
  const sorted = runs.map(({ seconds }) => seconds).sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Infinity
}
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
