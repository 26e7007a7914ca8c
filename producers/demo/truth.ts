/** What nobody but the simulator knows. */

import type { Outcome, RunRef } from '../../schemas/events.ts'
import type { BehaviourKind } from './behaviours.ts'
import { BROKEN_JOB_SHARE, BROKEN_PUSH_SHARE } from './jobs.ts'

/** What really made a run end as it did; null for a pass. */
export type Cause = 'chance' | 'episode' | 'push' | 'outage' | 'superseded'

/** The truth about a run. */
export interface RunTruth extends RunRef {
  readonly behaviour: BehaviourKind
  /**
   * Chance with which the outcome was drawn, given what can be known at the start: the job, the instant, its own
   * earlier attempts, an outage going on. Whether the push is broken is not known, nor is an outage to come.
   */
  readonly pFail: number
  /** Whether it fails if nothing that is not known at its start ends it: true with chance pFail. */
  readonly fails: boolean
  readonly outcome: Outcome
  readonly cause: Cause | null
  readonly isPushBroken: boolean
  readonly hangs: boolean
  readonly queuedAt: number
  readonly startedAt: number | null
  readonly finishedAt: number
  readonly cluster: string
  readonly group: string | null
}

/** Chance that the push has broken a job, before its runs say anything: 0.15 · 0.6 = 0.09. */
const BROKEN_SHARE = BROKEN_PUSH_SHARE * BROKEN_JOB_SHARE

/**
 * The same after an attempt that ended without or by an outage, or that failed with the chance it had (Bayes' rule).
 * Example: a job that fails by itself with 0.2 has 0.272 at its first attempt; after that failed, 0.09 / 0.272 = 0.331.
 */
export const brokenShareAfter = (earlier: Pick<RunTruth, 'cause' | 'pFail'> | null): number =>
  earlier === null || earlier.cause === 'outage' ? BROKEN_SHARE : BROKEN_SHARE / earlier.pFail

/** Chance of failing by itself or by the push. Example: 0.2 and 0.09 give 0.272; 0.2 and 0.331 give 0.465. */
export const chanceOfFailing = (pFail: number, brokenShare: number): number =>
  brokenShare + (1 - brokenShare) * pFail
