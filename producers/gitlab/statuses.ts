/** THE table of the states of GitLab's jobs and pipelines. A word that is not here ends nothing. */

import type { Outcome, RunEvent } from '../../schemas/events.ts'

/** `held`: waits for a person, a clock or an earlier stage, and not for a machine. */
export type GitlabPhase = 'held' | 'queued' | 'running' | 'ended'

const PHASES: ReadonlyMap<string, GitlabPhase> = new Map([
  ['created', 'held'],
  ['manual', 'held'],
  ['scheduled', 'held'],
  ['waiting_for_resource', 'queued'],
  ['waiting_for_callback', 'queued'],
  ['preparing', 'queued'],
  ['pending', 'queued'],
  ['running', 'running'],
  ['canceling', 'running'],
  ['success', 'ended'],
  ['failed', 'ended'],
  ['canceled', 'ended'],
  ['skipped', 'ended'],
])

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  success: 'success',
  failed: 'failure',
  canceled: 'aborted',
  skipped: 'skipped',
}

/** Failures of which the change is no cause. */
const REASONS: ReadonlyMap<string, Outcome> = new Map([
  ['job_execution_timeout', 'timedOut'],
  ['stuck_or_timeout_failure', 'error'],
  ['runner_system_failure', 'error'],
  ['runner_unsupported', 'error'],
  ['api_failure', 'error'],
  ['scheduler_failure', 'error'],
  ['data_integrity_failure', 'error'],
  ['stale_schedule', 'error'],
  ['archived_failure', 'error'],
])

export const phaseOf = (word: string): GitlabPhase | null => PHASES.get(word) ?? null

/** How it ended. What failed without ever starting could not be run: no machine took it. */
export const endOf = (
  word: string,
  reason: string | null,
  isStarted: boolean,
): Pick<RunEvent, 'outcome'> & { readonly rawOutcome: string } => {
  const outcome = OUTCOMES[word] ?? 'unknown'
  const cause = outcome === 'failure' ? (REASONS.get(reason ?? '') ?? null) : null
  const isUnrun = outcome === 'failure' && !isStarted
  return {
    outcome: cause ?? (isUnrun ? 'error' : outcome),
    rawOutcome: reason === null ? word : `${word}: ${reason}`.slice(0, 200),
  }
}
