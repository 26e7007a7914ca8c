/** The decision: what a running run is worth at one instant, and the advice that follows. Pure. */

import type { Level } from '../../schemas/events.ts'
import type { Model } from '../processor.ts'
import type { Basis } from './basis.ts'
import { chanceAt, isByLate, type Chance, type Seen } from './forecast.ts'
import { FORECASTS_ADRIFT, STOPS_WRONG } from './guard.ts'
import type { Policy } from '../../schemas/policy.ts'
import { within } from './policy.ts'
import { GROUNDS, LEVELS, PRECISION, type Ground } from './permit.ts'
import { signName } from './signs.ts'

export const RULE = 'stopline/2'
/** The rule as a forecast names it: with the model, where that has moved it. Example: `stopline/2+stopping@2025-09-24-4a56f335`. */
export const ruleOf = (model: Pick<Model, 'version'> | undefined, { shift }: Seen): string =>
  model === undefined || (shift ?? 0) === 0 ? RULE : `${RULE}+stopping@${model.version}`

/** From here on people may want to look. */
const WATCH_P = 0.5
/** Lower bound from which an alert is worth its noise. */
export const ALERT_LOW = 0.8
/** People wait for a run that is stopped in error as long as its machine is busy again. */
const DELAY_COST_SHARE = 1
/** Our forecasts count as worse than the base rate where chance explains their errors in one case of twenty, over so many runs. */
const SKILL_RUNS = 20
const Z95_ONE_SIDED = 1.645
/** Fewer finished runs than this, in the job and its pools, carry no advice. */
const LEAST_OWN = 5

/** What the advice may rest on beside the forecast. */
export interface Standing {
  readonly ownRuns: number
  readonly skillRuns: number
  readonly skillOurs: number
  readonly skillBase: number
  readonly skillSquares: number
  /** Belief from which the record of the community allows a stop, by ground; Infinity for never. */
  readonly stopAt: readonly number[]
  /** True where stops of the job or its family were wrong too often, by ground. */
  readonly isContradicted: readonly boolean[]
  readonly policy: Policy
  /** True once a step runs that the policy protects. */
  readonly isClosing: boolean
  /** True where the job's forecasts said failure too often of late. */
  readonly isAdrift: boolean
  /** Running runs that may be stopped at a time without a failed step. */
  readonly stopsAtOnce: number
  /** True while as many runs of the job as that are stopped and have not ended. */
  readonly isWaiting: boolean
  /** True where the last word on the run was to stop it. */
  readonly isStopped: boolean
}
export interface Verdict {
  readonly level: Level
  readonly reason: string
  readonly chance: Chance
  readonly ground: Ground
  /** True where a stop pays off and advice is given: what the record of beliefs is about. */
  readonly isCandidate: boolean
  /** True where our rule would stop the run, but for what the job's own stops hit. */
  readonly wantsStop: boolean
  /** True where it is said that the run may hang. */
  readonly mayHang: boolean
  /** p·E[remaining | fail] − (1 − p)·rerun, in seconds. */
  readonly expectedSavedSeconds: number
  readonly failRemainingSeconds: number
  readonly rerunSeconds: number
}

/**
 * Stops when p·E[remaining | fail] > (1 − p)·(rerun + delay) and p is a belief that the record allows to stop at.
 * A stop that was said is taken back below .9 only, or where it does not pay off any more.
 * Example: p .95, 600 s to go if it fails, a passing run takes 1,000 s: .95·600 = 570 > .05·2,000 = 100: stop.
 */
export const judge = (basis: Basis, seen: Seen, standing: Standing): Verdict => {
  const chance = chanceAt(basis, seen)
  const rerunSeconds =
    basis.pass.lasting.meanRemaining(0) ?? basis.fail.lasting.meanRemaining(0) ?? 0
  const failRemainingSeconds =
    basis.fail.lasting.meanRemaining(seen.elapsedSeconds) ??
    basis.pass.lasting.meanRemaining(seen.elapsedSeconds) ??
    0
  const gain = chance.p * failRemainingSeconds
  const loss = (1 - chance.p) * rerunSeconds
  const paysOff = gain > loss * (1 + DELAY_COST_SHARE)
  const ground = groundOf(basis, seen)
  const isWaiting = ground !== 'sign' && standing.isWaiting
  const isCandidate = paysOff && !isWaiting && whyAbstain(basis, ground, standing) === null
  const wantsStop =
    isCandidate && isPermitted(standing, ground, chance) && isEnough(standing.policy, chance)
  const advised = within(
    standing.policy,
    standing.isClosing,
    advice(basis, ground, seen, chance, standing, wantsStop, paysOff),
  )
  return {
    ...advised,
    mayHang: advised.reason === HUNG,
    chance,
    ground,
    isCandidate,
    wantsStop,
    expectedSavedSeconds: gain - loss,
    failRemainingSeconds,
    rerunSeconds,
  }
}

/**
 * A stop that was said holds down to the precision that is asked of stops: beliefs sway about the level of a record, and a stop that
 * comes and goes with them helps nobody (hysteresis).
 */
const isPermitted = ({ stopAt, isStopped }: Standing, ground: Ground, { p }: Chance): boolean =>
  p >= (stopAt[GROUNDS.indexOf(ground)] ?? Infinity) || (isStopped && p >= PRECISION)
const isEnough = ({ floor, sure }: Policy, { p, low }: Chance): boolean => p >= floor && low >= sure

const STOP_REASONS: Readonly<Record<Exclude<Ground, 'sign'>, string>> = {
  history: 'the job fails now: the rest of this run outweighs a rerun',
  age: 'runs that last so long fail: the rest of this one outweighs a rerun',
  hung: 'it has outlasted 99 in 100 runs of either outcome: the rest of it outweighs a rerun',
  late: 'runs in which this step takes so long fail: the rest of this one outweighs a rerun',
  silent: 'runs that are silent for so long fail: the rest of this one outweighs a rerun',
}
/** Names what the run itself showed. */
const stopReason = (ground: Ground, { sign }: Seen): string =>
  ground === 'sign'
    ? `runs with ${signName(sign?.step ?? '')} fail: the rest of this one outweighs a rerun`
    : STOP_REASONS[ground]

const groundOf = (basis: Basis, seen: Seen): Ground => {
  const { sign, rate, elapsedSeconds } = seen
  if (sign !== null) return 'sign'
  if (isByLate(basis, seen)) return seen.late?.ground ?? 'late'
  if (rate >= LEVELS[0]) return 'history'
  return elapsedSeconds >= basis.hungSeconds ? 'hung' : 'age'
}

const HUNG = 'it has outlasted 99 in 100 runs of either outcome: it may hang'

const advice = (
  basis: Basis,
  ground: Ground,
  seen: Seen,
  chance: Chance,
  standing: Standing,
  wantsStop: boolean,
  paysOff: boolean,
): { level: Level; reason: string } => {
  const abstention = whyAbstain(basis, ground, standing)
  if (abstention !== null) return { level: 'abstain', reason: abstention }
  if (wantsStop && standing.isContradicted[GROUNDS.indexOf(ground)] === true)
    return { level: 'advise', reason: STOPS_WRONG }
  if (wantsStop && ground !== 'sign' && standing.isAdrift)
    return { level: 'advise', reason: FORECASTS_ADRIFT }
  if (wantsStop) return { level: 'stop', reason: stopReason(ground, seen) }
  if (paysOff && isPermitted(standing, ground, chance) && !isEnough(standing.policy, chance))
    return { level: 'advise', reason: 'policy of the job: not sure enough to be stopped' }
  if (paysOff && ground !== 'sign' && standing.isWaiting)
    return {
      level: 'advise',
      reason:
        'likely to fail; runs of the job that are stopped must end first, in case it was mended',
    }
  if (paysOff && chance.p >= LEVELS[0])
    return {
      level: 'advise',
      reason:
        'likely to fail; the record of the community does not show yet that stops at this belief hit few passing runs',
    }
  if (paysOff && chance.low >= ALERT_LOW)
    return { level: 'advise', reason: 'likely to fail, with time to be saved' }
  if (seen.elapsedSeconds >= basis.mayHangSeconds) return { level: 'watch', reason: HUNG }
  if (chance.p >= WATCH_P) return { level: 'watch', reason: 'more likely to fail than to pass' }
  return { level: 'continue', reason: 'more likely to pass than to fail' }
}

/** Why no advice is given, or null where it may be. What a failed step says has a record of its own. */
const whyAbstain = (basis: Basis, ground: Ground, standing: Standing): string | null => {
  if (standing.ownRuns < LEAST_OWN && (basis.pool === 'none' || basis.pool === 'job'))
    return 'too few finished runs of this job, and of jobs like it'
  const isUnskilled =
    standing.skillRuns >= SKILL_RUNS &&
    standing.skillOurs - standing.skillBase > Z95_ONE_SIDED * Math.sqrt(standing.skillSquares)
  if (isUnskilled && ground !== 'sign') return 'forecasts of this job were worse than its base rate'
  return null
}
