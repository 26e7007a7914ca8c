/** The line to a source as the layers above it see it; a recording stands in for it in a replay. */

import type { Answer } from '../payload/reach.ts'

interface WireRequest {
  readonly url: string
  /** Without credentials: those are put in below the recorder. */
  readonly headers: Readonly<Record<string, string>>
}
export interface WireAnswer extends Answer {
  /** Lets go of a body that is not read to its end. */
  readonly discard: () => void
}
/** Any status is an answer. Throws a SourceError where none came. */
export type Wire = (request: WireRequest) => Promise<WireAnswer>

/** Time as a source sees it: the wall clock and its waits, or those of a recording. */
export interface Pace {
  readonly now: () => number
  /** Ends early, without an error, when the signal does. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** From 0 (inclusive) to 1. */
  readonly random: () => number
}
