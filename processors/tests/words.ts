/**
 * What a test is called: the failure vocabulary of AI4CI, with the regression that its code left out. The first that fits.
 * An install flake is a word of a run, not of a test: hardly any test ran (tab.ts).
 */

import type { TestWord } from '../../schemas/events.ts'
import { MASS } from '../../schemas/strips.ts'
import { FAIL, FLAKY, isNoResult, NONE, QUIET } from './kinds.ts'

export const WORDS: readonly TestWord[] = [
  'unknown',
  'passing',
  'flaky',
  'infraFlake',
  'failing',
  'newFailing',
  'regression',
  'quiet',
]
/** So many failures and no pass since the first result make a new test a failing one (AI4CI 5.1, Sippy). */
const NEW_FAILURES = 6

/** What a word is told from. */
export interface Symptoms {
  readonly isRegressed: boolean
  readonly isExtreme: boolean
  /** Cells, oldest first, and the marks of their columns. */
  readonly kinds: readonly number[]
  readonly marks: readonly number[]
  readonly streak: number
  /** Flips of the last 50 results. Unit: ratio 0..1. */
  readonly flip: number | null
}

const newest = (kinds: readonly number[]): number =>
  kinds.findLastIndex((kind) => !isNoResult(kind))

/** True where the job ran before the test was first heard of, and the test has failed ever since. */
const isNewFailing = (kinds: readonly number[]): boolean => {
  const first = kinds.findIndex((kind) => kind !== NONE)
  const results = kinds.filter((kind) => !isNoResult(kind))
  return first > 0 && results.length >= NEW_FAILURES && results.every((kind) => kind === FAIL)
}

export const wordOf = (of: Symptoms): TestWord => {
  const at = newest(of.kinds)
  if (of.isRegressed) return 'regression'
  if (at < 0) return 'quiet'
  if (isNewFailing(of.kinds)) return 'newFailing'
  const kind = of.kinds[at]
  if (kind === FAIL) return ((of.marks[at] ?? 0) & MASS) !== 0 ? 'infraFlake' : 'failing'
  if (kind === FLAKY || (of.flip ?? 0) > 0) return 'flaky'
  return kind === QUIET ? 'quiet' : 'passing'
}

/** Place in a list with the worst first. Unit: points 0..100. Example: a test that fails for the 5th time has 65. */
export const severityOf = (word: TestWord, of: Symptoms): number => {
  switch (word) {
    case 'regression':
      return of.isExtreme ? 100 : 90
    case 'newFailing':
      return 80
    case 'failing':
      return 60 + Math.min(19, of.streak)
    case 'infraFlake':
      return 40
    case 'flaky':
      return 20 + Math.round(19 * Math.min(1, 2 * (of.flip ?? 0)))
    default:
      return 0
  }
}
