/** How an outcome looks: a word, a colour class and a shape, so that colour is never the only sign. */

import type { Outcome, Phase } from '../../../schemas/events.ts'

export type MarkName = Outcome | 'running' | 'queued'

/** `path` lies in a box of 16 × 16 and is filled by the even-odd rule, in SVG and on canvas alike. */
export interface OutcomeLook {
  readonly word: string
  readonly path: string
}

export const OUTCOME_LOOKS: Record<MarkName, OutcomeLook> = {
  success: { word: 'success', path: 'M8 3.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9z' },
  failure: {
    word: 'failure',
    path: 'M4 2L8 6L12 2L14 4L10 8L14 12L12 14L8 10L4 14L2 12L6 8L2 4z',
  },
  error: { word: 'error (infrastructure)', path: 'M8 1.5L15 14H1z' },
  timedOut: { word: 'timed out', path: 'M3 1.5H13L9 8L13 14.5H3L7 8z' },
  aborted: { word: 'aborted', path: 'M2.5 2.5H13.5V13.5H2.5zM5 5V11H11V5z' },
  skipped: { word: 'skipped', path: 'M3 6.8H13V9.2H3z' },
  unknown: { word: 'unknown', path: 'M8 1L15 8L8 15L1 8zM8 4L4 8L8 12L12 8z' },
  running: {
    word: 'running',
    path: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13zM8 3v10a5 5 0 0 1 0-10z',
  },
  queued: {
    word: 'queued',
    path: 'M8 3a5 5 0 1 0 0 10a5 5 0 1 0 0-10zM8 4.7a3.3 3.3 0 1 1 0 6.6a3.3 3.3 0 1 1 0-6.6z',
  },
}

/** The mark of a run: its phase while it is open, its outcome after; never green without a success. */
export const markOf = (run: {
  readonly phase: Phase
  readonly outcome: Outcome | null
}): MarkName => (run.phase === 'finished' ? (run.outcome ?? 'unknown') : run.phase)
