/** Leaves a source alone that fails again and again: after so many failures in a row, for a while that grows. */

import { SourceError } from './source-error.ts'

const FAILURES = 5
const FIRST_MS = 30_000
const LONGEST_MS = 600_000

export interface Breaker {
  /** Throws a SourceError while the source is left alone. One request may try when the while is over. */
  readonly check: (now: number) => void
  readonly succeeded: () => void
  readonly failed: (now: number) => void
}

export const createBreaker = (): Breaker => {
  let failures = 0
  let openUntil = 0
  return {
    check: (now) => {
      if (now < openUntil)
        throw new SourceError('circuit-open', `${failures} failures in a row`, openUntil)
    },
    succeeded: () => {
      failures = 0
      openUntil = 0
    },
    failed: (now) => {
      failures += 1
      if (failures < FAILURES) return
      openUntil = now + Math.min(FIRST_MS * 2 ** (failures - FAILURES), LONGEST_MS)
    },
  }
}
