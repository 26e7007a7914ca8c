/**
 * Whether a stop may be acted on. Every condition has to hold, and all default to no: acting is switched on, the job asked
 * for it, the record of stops is good enough, nothing protected runs, the run is not one of those left alone, and the hour
 * has budget left.
 */

import type { Decision, Measure, Run } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { runKey } from '../../schemas/keys.ts'
import { keepShareOf } from '../../schemas/keeping.ts'
import { isProtected, policyOf } from '../../schemas/policy.ts'
import { OUR_RULE, precision } from '../../schemas/measures.ts'

export interface ActingLimits {
  /** Share of runs, at least, that are never touched, so that what would have become of them stays known. Unit: ratio 0..1. */
  readonly keepShare: number
  /** Acts in any hour at most. */
  readonly perHour: number
  /** Lower bound of the share of stopped runs that failed, below which nothing is done. Unit: ratio 0..1. */
  readonly precision: number
  /** A decision that is older says nothing of now. Unit: milliseconds. */
  readonly freshMs: number
}
export interface Situation {
  /** The run as last told; undefined where it is not known. */
  readonly run: Run | undefined
  /** What stops were worth, of the job, its repository and its community, narrowest first; those that are known. */
  readonly measures: readonly Measure[]
  readonly isSwitchedOff: boolean
  /** What is advised of the run now; undefined where nothing is. */
  readonly advice: Decision['level'] | undefined
  /** Other runs that would end with it, since the source stops all of a group at once. */
  readonly others: readonly Run[]
  readonly actsInHour: number
  readonly now: number
  /** True where there is a way to stop runs of its source. */
  readonly hasTarget: boolean
}
export interface Verdict {
  readonly isAllowed: boolean
  readonly reason: string
  /** Lower bound of the share of stopped runs that failed; null where it was not asked, or cannot be told. */
  readonly precision: number | null
}

/** Stops known before their share tells anything. */
const FEWEST_STOPS = 20
const BUCKETS = 1_000_000

/** True where the job asked for it, by a word of its policy (docs/config.md, jobs): nothing else is taken for it. */
export const isOptedIn = ({ labels }: Pick<Run, 'labels'>): boolean => policyOf(labels).isActedOn

/** The step that runs now, where a stop must leave it running. */
const protectedStep = ({ step, labels }: Run): string | null =>
  step !== null && isProtected(policyOf(labels), step) ? step : null

/** True for a share of runs, told by their names alone: the same in every process and every replay. */
export const isLeftAlone = (run: Parameters<typeof runKey>[0], keepShare: number): boolean => {
  const digits = derivedId(runKey(run), 'left-alone').slice(0, 6)
  return parseInt(digits, 32) % BUCKETS < keepShare * BUCKETS
}

/** Lower bound of the share of stopped runs that failed, of the narrowest record with enough stops; null without one. */
export const precisionOf = (measures: readonly Measure[]): number | null => {
  for (const { rules } of measures) {
    const ours = rules.find(({ rule }) => rule === OUR_RULE)
    if (ours === undefined || ours.stoppedFailing + ours.stoppedPassing < FEWEST_STOPS) continue
    return precision(ours).low
  }
  return null
}

/** Why a run must not end; null where it may. */
const keeps = (run: Run, keepShare: number): string | null => {
  if (!isOptedIn(run)) return 'the job has not asked for it'
  const step = protectedStep(run)
  if (step !== null) return `the protected step ${step} runs`
  return isLeftAlone(run, keepShare) ? 'it is one of the runs that are left alone' : null
}

const no = (reason: string, known: number | null = null): Verdict => ({
  isAllowed: false,
  reason,
  precision: known,
})

/** What may be done about a decision, in this situation. */
export const permit = (decision: Decision, situation: Situation, limits: ActingLimits): Verdict => {
  const { run, measures, isSwitchedOff, advice, others, actsInHour, now, hasTarget } = situation
  if (decision.level !== 'stop') return no('only a stop is acted on')
  if (isSwitchedOff) return no('acting is switched off')
  if (run === undefined) return no('the run is not known')
  if (!isOptedIn(run)) return no('the job has not asked for it')
  if (run.source === 'demo') return no('it is simulated')
  if (!hasTarget) return no('there is no way to stop runs of this source')
  if (run.phase !== 'running') return no('the run does not run')
  if (advice !== 'stop') return no('the advice was taken back')
  if (now - decision.observedAt > limits.freshMs) return no('the decision is too old')
  const kept = keeps(run, keepShareOf(decision, limits.keepShare))
  if (kept !== null) return no(kept)
  for (const other of others) {
    const why = keeps(other, limits.keepShare)
    if (why !== null) return no(`${other.job} would end with it: ${why}`)
  }
  const low = precisionOf(measures)
  if (low === null) return no('too few stops are known to tell how precise they are')
  if (low < limits.precision)
    return no(`stops were right in ${low.toFixed(3)} at least, not ${limits.precision}`, low)
  if (actsInHour >= limits.perHour) return no('the budget of the hour is used up', low)
  return { isAllowed: true, reason: decision.reason, precision: low }
}
