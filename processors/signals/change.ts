/**
 * A change as a whole: how long until the last run it waits for ends, and, once a required job of it failed, what its other runs still
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
/** A running run of a change: how its job ends, its chance to fail, how long it has run in seconds, and if the change waits for it. */
export interface Runner {
  readonly ends: JobEnds
  readonly pFail: number
  readonly elapsedSeconds: number
  readonly isAwaited: boolean
}
/**
 * What a running run may still take, seconds beside their weights, which add up to one; none where no run of its job lasted
 * so long.
 */
interface Rest {
  readonly seconds: readonly number[]
  readonly weights: readonly number[]
}

/** Durations beyond the elapsed time; each outcome weighs its chance. Example: passes of 60 and 100 s, p 0, after 70 s: 30 s. */
export const restOf = ({ ends, pFail, elapsedSeconds }: Runner): Rest => {
  const seconds: number[] = []
  const weights: number[] = []
  let whole = 0
  const add = (durations: readonly number[], share: number): void => {
    const weight = share / durations.length
    for (const duration of durations) {
      if (duration <= elapsedSeconds) continue
      seconds.push(duration - elapsedSeconds)
      weights.push(weight)
      whole += weight
    }
  }
  add(ends.passSeconds, 1 - pFail)
  add(ends.failSeconds, pFail)
  if (whole === 0) return { seconds: [], weights: [] }
  for (let i = 0; i < weights.length; i += 1) weights[i] = (weights[i] ?? 0) / whole
  return { seconds, weights }
}
const meanOf = ({ seconds, weights }: Rest): number => {
  let mean = 0
  for (let i = 0; i < seconds.length; i += 1) mean += (seconds[i] ?? 0) * (weights[i] ?? 0)
  return mean
}

/** All instants at which a run may end, in order. */
const instantsOf = (known: readonly Rest[]): Float64Array => {
  let count = 0
  for (const { seconds } of known) count += seconds.length
  const instants = new Float64Array(count)
  let at = 0
  for (const { seconds } of known) {
    instants.set(seconds, at)
    at += seconds.length
  }
  return instants.sort()
}

/** The seconds within which all runs end in a share q of cases, taken as independent; null where nothing is known. */
const lastWithin = (known: readonly Rest[], instants: Float64Array, q: number): number | null => {
  let [low, high] = [0, instants.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (allOver(known, instants[middle] ?? 0) >= q - 1e-9) high = middle
    else low = middle + 1
  }
  return instants[low] ?? null
}
/** The chance that all have ended by then. */
const allOver = (known: readonly Rest[], t: number): number => {
  let all = 1
  for (const rest of known) all *= over(rest, t)
  return all
}
const over = ({ seconds, weights }: Rest, t: number): number => {
  let sum = 0
  for (let i = 0; i < seconds.length; i += 1) if ((seconds[i] ?? 0) <= t) sum += weights[i] ?? 0
  return sum
}

export interface Outlook {
  /** Seconds until the last run that is waited for ends: median, and the ends of the 80 % interval; null where none runs. */
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
 * Where the change does not wait for the second: the last ends in 40 s, and they cost as much.
 */
export const outlookOf = (runners: readonly Runner[]): Outlook => {
  const rests = runners.map(restOf)
  const known = rests.filter(
    ({ seconds }, i) => runners[i]?.isAwaited === true && seconds.length > 0,
  )
  const instants = instantsOf(known)
  const again = runners.map(({ ends, pFail }) => (1 - pFail) * mean(ends.passSeconds))
  const jenkins = runners.flatMap(({ ends, elapsedSeconds, isAwaited }) =>
    !isAwaited || ends.passSeconds.length === 0
      ? []
      : [Math.max(0, mean(ends.passSeconds.slice(0, JENKINS_PASSES)) - elapsedSeconds)],
  )
  return {
    remainingSeconds: lastWithin(known, instants, 0.5),
    remainingLow: lastWithin(known, instants, 0.1),
    remainingHigh: lastWithin(known, instants, 0.9),
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
/**
 * How far a policy lets the advice go: 0 nothing, 1 watch, 2 advise, 3 stop. The other runs are stopped only by fail-fast.
 * Example: `fail-fast` reaches 3, `advise fail-fast` 2, and so does no policy at all.
 */
export const reachOf = ({ most, isFailFast }: ChangePolicy): number =>
  most === 'stop' ? (isFailFast ? 3 : 2) : ['off', 'watch', 'advise'].indexOf(most)

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
  const reach = reachOf(policy)
  if (reach === 0) return { level: 'abstain', reason: 'policy of the job: no advice' }
  if (outlook.costSeconds <= mendedShare * outlook.againSeconds)
    return { level: 'watch', reason: 'the other runs are worth what they still cost' }
  if (reach === 1) return { level: 'watch', reason: 'policy of the job: no more than watch' }
  return reach === 3
    ? {
        level: 'stop',
        reason: 'policy of the job: fail fast; the other runs cannot save the change',
      }
    : { level: 'advise', reason: 'the other runs cost more than they are worth to this change' }
}
