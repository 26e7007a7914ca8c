/** Cells of a test as numbers, for what is computed of them; they stand for the words of `TestKind`. */

import type { TestKind } from '../../schemas/events.ts'
import { ENDED, kindOf, NAMED } from '../../schemas/strips.ts'

export const KIND_WORDS: readonly TestKind[] = [
  'none',
  'passed',
  'failed',
  'flaky',
  'skipped',
  'quiet',
]
export const NONE = 0
export const PASS = 1
export const FAIL = 2
export const FLAKY = 3
export const SKIP = 4
/** Not named by a run whose job names failures only: it did not fail, and nobody says that it ran. */
export const QUIET = 5

const KIND_OF_BITS = Array.from({ length: 16 }, (_, bits) => KIND_WORDS.indexOf(kindOf(bits)))

/** Kinds of cells; those without a word are quiet where the job names failures only and the run named what failed. */
export const kindsOf = (
  cells: readonly number[],
  marks: readonly number[],
  isFailuresOnly: boolean,
): number[] => {
  const named = ENDED | NAMED
  return cells.map((bits, i) =>
    bits === 0 && isFailuresOnly && ((marks[i] ?? 0) & named) === named
      ? QUIET
      : (KIND_OF_BITS[bits] ?? NONE),
  )
}

export const isNoResult = (kind: number): boolean => kind === NONE || kind === SKIP
export const isPassLike = (kind: number): boolean => kind === PASS || kind === QUIET
