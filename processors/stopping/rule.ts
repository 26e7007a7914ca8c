/** The decision: what a running run is worth at one instant, and the advice that follows. Pure. */

import type { Level } from '../../schemas/events.ts'
import type { Basis } from './basis.ts'
import { chanceAt, type Chance, type Seen } from './forecast.ts'

export const RULE = 'stopline/1'

/** From here on people may want to look. */
const WATCH_P = 0.5
/** Nine in ten runs stopped must be failing ones; the rest is for what calibration misses. */
const STOP_P = 0.92
/** Lower bound from which an alert is worth its noise. */
export const ALERT_LOW = 0.8
/** People wait for a run that is stopped in error as long as its machine is busy again. */
const DELAY_COST_SHARE = 1
/** Our forecasts must not have been worse than the base rate by more than this, over so many runs at least. */
const SKILL_RUNS = 20
const SKILL_TOLERANCE = 1.05
/** Fewer finished runs than this, in the job and its pools, carry no advice. */
const LEAST_OWN = 5

/** What the advice may rest on beside the forecast. */
export interface Standing {
  readonly ownRuns: number
  readonly skillRuns: number
  readonly skillOurs: number
  readonly skillBase: number
  /** True where the record of the job, its family or its community allows any stop, or those on a bad sign. */
  readonly mayStop: boolean
  readonly mayStopOnSign: boolean
  /** True where the job's own shadow stops, or those on a bad sign, were wrong too often. */
  readonly isContradicted: boolean
  readonly isSignContradicted: boolean
}
export interface Verdict {
  readonly level: Level
  readonly reason: string
  readonly chance: Chance
  /** True where our rule would stop the run if it were allowed to. */
  readonly wantsStop: boolean
  /** p·E[remaining | fail] − (1 − p)·rerun, in seconds. */
  readonly expectedSavedSeconds: number
  readonly failRemainingSeconds: number
  readonly rerunSeconds: number
}

/**
 * Stops when p·E[remaining | fail] > (1 − p)·(rerun + delay) and p is above the precision floor of .9.
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
  const wantsStop = paysOff && chance.p >= STOP_P
  return {
    ...advice(basis, seen, chance, standing, wantsStop, paysOff),
    chance,
    wantsStop: wantsStop && whyAbstain(basis, standing) === null,
    expectedSavedSeconds: gain - loss,
    failRemainingSeconds,
    rerunSeconds,
  }
}

const advice = (
  basis: Basis,
  { signSeconds }: Seen,
  chance: Chance,
  standing: Standing,
  wantsStop: boolean,
  paysOff: boolean,
): { level: Level; reason: string } => {
  const abstention = whyAbstain(basis, standing)
  if (abstention !== null) return { level: 'abstain', reason: abstention }
  const hasSign = signSeconds !== null
  if (wantsStop && (hasSign ? standing.isSignContradicted : standing.isContradicted))
    return { level: 'advise', reason: 'earlier stops of this job would have hit passing runs' }
  if (wantsStop && !(hasSign ? standing.mayStopOnSign : standing.mayStop))
    return {
      level: 'advise',
      reason:
        'likely to fail; not enough passing runs were watched yet to show that false stops stay below 1 %',
    }
  if (wantsStop)
    return { level: 'stop', reason: 'the expected rest of a failing run outweighs a rerun' }
  if (paysOff && chance.low >= ALERT_LOW)
    return { level: 'advise', reason: 'likely to fail, with time to be saved' }
  if (chance.p >= WATCH_P) return { level: 'watch', reason: 'more likely to fail than to pass' }
  return { level: 'continue', reason: 'more likely to pass than to fail' }
}

/** Why no advice is given, or null where it may be. */
const whyAbstain = (basis: Basis, standing: Standing): string | null => {
  if (standing.ownRuns < LEAST_OWN && (basis.pool === 'none' || basis.pool === 'job'))
    return 'too few finished runs of this job, and of jobs like it'
  if (standing.skillRuns >= SKILL_RUNS && standing.skillOurs > standing.skillBase * SKILL_TOLERANCE)
    return 'forecasts of this job were worse than its base rate'
  return null
}
