/**
 * A change as a whole: how long until its last run ends, and, once a required job of it failed, what its other runs still
 * cost and are still worth. Keyed by repository, since one key knows how long all jobs that run side by side last. Pure.
 */

import type { Level } from '../../schemas/events.ts'

/** Durations kept of a job, by outcome: the newest. */
export const KEPT_DURATIONS = 12
/** Jenkins' rule looks back so many passes. */
const JENKINS_PASSES = 5

/** How the runs of a job end: decayed counts, and the last durations in seconds, newest first. */
export interface JobEnds {
  failures: number
  runs: number
  passSeconds: number[]
  failSeconds: number[]
}
/** A running run of a change: how its job ends, its chance to fail, and how long it has run in seconds. */
export interface Runner {
  readonly ends: JobEnds
  readonly pFail: number
  readonly elapsedSeconds: number
}
/** What a running run may still take: seconds with their weights, which add up to one; empty where none lasted so long. */
type Rest = readonly (readonly [seconds: number, weight: number])[]

/** Durations beyond the elapsed time; each outcome weighs its chance. Example: passes of 60 and 100 s, p 0, after 70 s: 30 s. */
export const restOf = ({ ends, pFail, elapsedSeconds }: Runner): Rest => {
  const part = (durations: readonly number[], share: number): [number, number][] =>
    durations
      .filter((seconds) => seconds > elapsedSeconds)
      .map((seconds) => [seconds - elapsedSeconds, share / durations.length])
  const rest = [...part(ends.passSeconds, 1 - pFail), ...part(ends.failSeconds, pFail)]
  const whole = rest.reduce((sum, [, weight]) => sum + weight, 0)
  return whole > 0 ? rest.map(([seconds, weight]) => [seconds, weight / whole]) : []
}
const meanOf = (rest: Rest): number => rest.reduce((sum, [s, weight]) => sum + s * weight, 0)

/** The seconds within which all runs end in a share q of cases, taken as independent; null where nothing is known. */
const lastWithin = (rests: readonly Rest[], q: number): number | null => {
  const known = rests.filter((rest) => rest.length > 0)
  const instants = known.flatMap((rest) => rest.map(([s]) => s)).sort((a, b) => a - b)
  if (instants.length === 0) return null
  const areOver = (t: number): boolean =>
    known.reduce((all, rest) => all * over(rest, t), 1) >= q - 1e-9
  let [low, high] = [0, instants.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (areOver(instants[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return instants[low] ?? null
}
const over = (rest: Rest, t: number): number =>
  rest.reduce((sum, [s, weight]) => (s <= t ? sum + weight : sum), 0)

export interface Outlook {
  /** Seconds until the last run ends: median, and the ends of the 80 % interval. */
  readonly remainingSeconds: number | null
  readonly remainingLow: number | null
  readonly remainingHigh: number | null
  /** The same by Jenkins' rule: the mean of the last passes of each job. */
  readonly jenkinsRemaining: number | null
  /** Machine seconds that the runs are expected to take still. */
  readonly costSeconds: number
  /** Machine seconds that passing runs would have to take again if they were stopped and still needed. */
  readonly againSeconds: number
  /** Runs that are expected to fail too. */
  readonly failures: number
}

/**
 * What is ahead of a change.
 * Example: two runs, 60 s old, of jobs whose passes took 100 and 200 s: the last ends in 140 s, they cost 40 + 140 = 180 s.
 */
export const outlookOf = (runners: readonly Runner[]): Outlook => {
  const rests = runners.map(restOf)
  const again = runners.map(({ ends, pFail }) => (1 - pFail) * mean(ends.passSeconds))
  const jenkins = runners.flatMap(({ ends, elapsedSeconds }) =>
    ends.passSeconds.length === 0
      ? []
      : [Math.max(0, mean(ends.passSeconds.slice(0, JENKINS_PASSES)) - elapsedSeconds)],
  )
  return {
    remainingSeconds: lastWithin(rests, 0.5),
    remainingLow: lastWithin(rests, 0.1),
    remainingHigh: lastWithin(rests, 0.9),
    jenkinsRemaining: jenkins.length === 0 ? null : Math.max(...jenkins),
    costSeconds: sum(rests.map(meanOf)),
    againSeconds: sum(again),
    failures: sum(runners.map(({ pFail }) => pFail)),
  }
}
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : sum(values) / values.length

export interface ChangePolicy {
  /** The most that is said where this job failed. */
  readonly most: 'off' | 'watch' | 'advise' | 'stop'
  readonly isFailFast: boolean
}
interface Advice {
  readonly level: Level
  readonly reason: string
}

/**
 * The advice for the other runs once a job failed. They are worth what they cost only if the failure goes away when it is
 * tried again (`mendedShare` of them did), since anything else starts all of them anew.
 * Example: 600 s still to go, 900 s to run again, one failure in ten goes away: 600 > 90: they are not worth it.
 */
export const changeAdvice = (
  outlook: Outlook,
  mendedShare: number,
  policy: ChangePolicy,
): Advice => {
  if (policy.most === 'off') return { level: 'abstain', reason: 'policy of the job: no advice' }
  if (outlook.costSeconds <= mendedShare * outlook.againSeconds)
    return { level: 'watch', reason: 'the other runs are worth what they still cost' }
  if (policy.most === 'watch')
    return { level: 'watch', reason: 'policy of the job: no more than watch' }
  return policy.isFailFast && policy.most === 'stop'
    ? {
        level: 'stop',
        reason: 'policy of the job: fail fast; the other runs cannot save the change',
      }
    : { level: 'advise', reason: 'the other runs cost more than they are worth to this change' }
}
