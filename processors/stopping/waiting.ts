/**
 * Waiting for capacity as a state of its own: a run that waits for a lease is not a run that works. While it waits its clock
 * stands still, and what it has waited is no age that a run without a wait could be compared with. Pure.
 */

import type { Run } from '../../schemas/events.ts'

/** The step in which sources tell that a run waits. */
const WAIT_STEP = 'acquire-lease'

/** What a run waited. */
export interface Wait {
  /** Since when it waits, in milliseconds since the epoch; null while it works. */
  waitingSince: number | null
  /** Waits that are over, in seconds. */
  waitedSeconds: number
}
export const NO_WAIT: Wait = { waitingSince: null, waitedSeconds: 0 }

type Waiting = Wait & { readonly startedAt: number }

export const isWaitTold = ({ step }: Pick<Run, 'step'>): boolean => step === WAIT_STEP

/** Takes in the start or the end of a wait; returns true where that is news. Changes its argument. */
export const noteWait = (
  wait: Wait,
  run: Pick<Run, 'step' | 'stepOutcome' | 'stepStartedAt' | 'eventAt'>,
): boolean => {
  if (!isWaitTold(run)) return false
  if (run.stepOutcome === null) {
    if (wait.waitingSince !== null) return false
    wait.waitingSince = run.stepStartedAt ?? run.eventAt
    return true
  }
  // An end that is told again, with another outcome, is of the wait that is counted.
  const since = wait.waitingSince ?? (wait.waitedSeconds > 0 ? null : run.stepStartedAt)
  if (since === null) return false
  wait.waitedSeconds += Math.max(0, (run.eventAt - since) / 1000)
  wait.waitingSince = null
  return true
}

/** Seconds it has waited by an instant. Example: 600 s in waits that are over, and in one since 60 s: 660. */
export const waitedBy = ({ waitingSince, waitedSeconds }: Wait, at: number): number =>
  waitedSeconds + (waitingSince === null ? 0 : Math.max(0, (at - waitingSince) / 1000))

/** Seconds since its start, whether it worked or waited. */
export const ageBy = ({ startedAt }: Pick<Waiting, 'startedAt'>, at: number): number =>
  Math.max(0, (at - startedAt) / 1000)

/** Seconds it has worked by an instant: its age, but for what it waited. */
export const workedBy = (run: Waiting, at: number): number =>
  Math.max(0, (at - run.startedAt) / 1000 - waitedBy(run, at))

/** A new run counts one tenth in the mean of a job. */
const NEW_SHARE = 0.1
/** Mean wait of a job after one more run. Example: none known, then 600 s: 600; then none: 540. */
export const meanWaitAfter = (mean: number | null, seconds: number): number =>
  mean === null ? seconds : mean + NEW_SHARE * (seconds - mean)

/** Seconds of waiting to come: what runs of the job wait, less what this one has; none once its wait is over. */
export const waitToCome = (wait: Wait, mean: number | null, at: number): number =>
  wait.waitingSince === null && wait.waitedSeconds > 0
    ? 0
    : Math.max(0, (mean ?? 0) - waitedBy(wait, at))
