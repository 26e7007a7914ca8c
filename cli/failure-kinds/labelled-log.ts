/** A log of a labelled set. */

import type { FailureKindName } from '../../schemas/events.ts'

/** A log with what people say of it. */
export interface LabelledLog {
  readonly name: string
  readonly bytes: Uint8Array
  /** Kinds that are right; null where none is told. `unknown` alone: the run did not fail. */
  readonly kinds: readonly FailureKindName[] | null
  /** Lines, from 1, that tell the cause; null where none is told. */
  readonly decisive: readonly (readonly [first: number, last: number])[] | null
}
