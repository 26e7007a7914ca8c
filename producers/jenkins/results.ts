/** THE tables of Jenkins' words for how builds and stages end. A word that is not here ends nothing by itself. */

import type { Outcome } from '../../schemas/events.ts'

const RESULTS: ReadonlyMap<string, Outcome> = new Map([
  ['SUCCESS', 'success'],
  // Built, and tests failed.
  ['UNSTABLE', 'failure'],
  ['FAILURE', 'failure'],
  ['ABORTED', 'aborted'],
  ['NOT_BUILT', 'skipped'],
])
const STAGES: ReadonlyMap<string, Outcome> = new Map([
  ...RESULTS,
  ['FAILED', 'failure'],
  ['NOT_EXECUTED', 'skipped'],
])
const STAGES_OPEN: ReadonlySet<string> = new Set(['IN_PROGRESS', 'PAUSED_PENDING_INPUT', 'QUEUED'])

export const buildOutcome = (word: string): Outcome | null => RESULTS.get(word) ?? null
export const stageOutcome = (word: string): Outcome | null => STAGES.get(word) ?? null
export const isOpenStage = (word: string): boolean => STAGES_OPEN.has(word)
