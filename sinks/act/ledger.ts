/** What was done about runs, as the log has it: nothing is done that is not written there first. */

import type { Act, ActState, Decision, RunRef } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { runKey } from '../../schemas/keys.ts'

const HOUR_MS = 3_600_000

/** After these nothing more is done about a run. */
const FINAL: ReadonlySet<ActState> = new Set(['dryRun', 'done', 'moot', 'failed'])

export interface Ledger {
  take(act: Act): void
  /** True where nothing more is done about the run, or this decision of it was refused before. */
  isSettled(decision: RunRef & Pick<Decision, 'eventId'>): boolean
  /** Acts that were about to be done when the process ended: nobody knows whether they were. */
  open(): readonly Act[]
  /** Acts in the hour before, about other runs than this one. */
  inHour(now: number, run: RunRef): number
}

export const createLedger = (acts: Iterable<Act>): Ledger => {
  const newest = new Map<string, Act>()
  const at = new Map<string, number>()
  const ledger: Ledger = {
    take: (act) => {
      const run = runKey(act)
      newest.set(run, act)
      if (act.state === 'intended' || act.state === 'dryRun') at.set(run, act.eventAt)
    },
    isSettled: (decision) => {
      const act = newest.get(runKey(decision))
      if (act?.state === 'refused') return act.decision === decision.eventId
      return act !== undefined && FINAL.has(act.state)
    },
    open: () => [...newest.values()].filter(({ state }) => state === 'intended'),
    inHour: (now, run) =>
      [...at].filter(([each, time]) => each !== runKey(run) && time > now - HOUR_MS).length,
  }
  for (const act of acts) ledger.take(act)
  return ledger
}

/** The record of a step. Its id is that of the act and of the step, so that a repeat is known. */
export const actOf = (
  decision: Pick<
    Decision,
    keyof RunRef | 'eventId' | 'observedAt' | 'pFailLow' | 'expectedSavedSeconds'
  >,
  state: ActState,
  eventAt: number,
  more: Pick<Act, 'kind' | 'reason' | 'precision' | 'tries'>,
): Act => {
  const { source, repo, job, runId, attempt, pFailLow, expectedSavedSeconds } = decision
  const act = derivedId(runKey(decision), 'act')
  return {
    eventId: derivedId(`${act}/${decision.eventId}`, `${state}/${more.tries}/${more.reason}`),
    ...{ eventAt, observedAt: decision.observedAt, source, repo, job, runId, attempt, act, state },
    ...{ decision: decision.eventId, pFailLow, expectedSavedSeconds },
    ...more,
  }
}
