/** THE tables of the states and conclusions of GitHub. A word that is not here ends nothing. */

import type { Outcome } from '../../schemas/events.ts'

/** `held`: waits for an approval or a limit, and not for a machine. */
export type GithubPhase = 'held' | 'queued' | 'running' | 'ended'

const PHASES: ReadonlyMap<string, GithubPhase> = new Map([
  ['waiting', 'held'],
  ['requested', 'held'],
  ['pending', 'held'],
  ['queued', 'queued'],
  ['in_progress', 'running'],
  ['completed', 'ended'],
])

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map([
  ['success', 'success'],
  ['failure', 'failure'],
  ['timed_out', 'timedOut'],
  ['cancelled', 'aborted'],
  ['skipped', 'skipped'],
  // Neither good nor bad, by the word of whoever set it.
  ['neutral', 'skipped'],
  ['startup_failure', 'error'],
  // What nobody finished, or nobody allowed, has no class.
  ['stale', 'unknown'],
  ['action_required', 'unknown'],
])

export const phaseOf = (status: string): GithubPhase | null => PHASES.get(status) ?? null
export const outcomeOf = (conclusion: string): Outcome | null => OUTCOMES.get(conclusion) ?? null
