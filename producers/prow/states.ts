/** THE table of the states of a ProwJob and of the results in its bucket. A word that is not here ends nothing. */

import type { Outcome } from '../../schemas/events.ts'

/** `waiting`: not on a machine yet; `running`: its pod was made. */
export type ProwPhase = 'waiting' | 'running'

export const PROW_STATES: Readonly<Record<string, ProwPhase | { readonly outcome: Outcome }>> = {
  scheduling: 'waiting',
  triggered: 'waiting',
  pending: 'running',
  success: { outcome: 'success' },
  failure: { outcome: 'failure' },
  // Superseded by a newer push, or cancelled.
  aborted: { outcome: 'aborted' },
  // Could not be run: the pod was evicted, or never came up.
  error: { outcome: 'error' },
}

const RESULTS: Readonly<Record<string, Outcome>> = {
  success: 'success',
  failure: 'failure',
  aborted: 'aborted',
  error: 'error',
}

/** Outcome of a word in finished.json or the job history; null where it is not known. */
export const resultOutcome = (word: string): Outcome | null => {
  const lower = word.toLowerCase()
  return Object.hasOwn(RESULTS, lower) ? (RESULTS[lower] ?? null) : null
}
