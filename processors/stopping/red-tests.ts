/**
 * Which tests are red in a running run, and how often a run in which this very test was red still passed: a test that flakes
 * says little, one that decides says all. What is not known of a test leans on what red tests say in its job. Pure.
 */

import type { Run, TestResult } from '../../schemas/events.ts'
import { isSum } from '../tests/names.ts'
import {
  beliefOf,
  countSigns,
  harmlessOf,
  redTest,
  RED_TESTS,
  type SignBelief,
  type SignCounts,
} from './signs.ts'

/** Tests told apart in a run; of more, the first say enough. */
const MAX_RED = 20
/** Tests remembered of a job; of more, those red least often are forgotten. */
const MAX_TESTS = 100

/** What is known of the tests of a running run. */
export interface TestsOfRun {
  /** How many failed, where only that is told. */
  redCount: number
  /** Those that failed, by name. */
  redTests: string[]
  /** Those that failed and passed when tried again. */
  flakedTests: string[]
}
export const NO_TESTS: Readonly<TestsOfRun> = { redCount: 0, redTests: [], flakedTests: [] }

/** Passes are most of what is told, and say nothing here. */
export const isOfRedTest = ({ status, test }: TestResult): boolean =>
  (status === 'failed' || status === 'error' || status === 'flaky') && !isSum(test)

/** True where more tests failed than are known by name. */
export const isMoreRed = (
  { failedTests }: Pick<Run, 'failedTests'>,
  { redCount, redTests, flakedTests }: TestsOfRun,
): boolean => {
  const named = redTests.length + flakedTests.length
  return named > 0 && failedTests > Math.max(named, redCount)
}

/** Notes a result in the run; false where it says nothing new. */
export const noteTest = (run: TestsOfRun, { test, status }: TestResult): boolean => {
  const { redTests, flakedTests } = run
  const isFull = redTests.length + flakedTests.length >= MAX_RED
  if (flakedTests.includes(test)) return false
  if (status === 'flaky') {
    if (isFull && !redTests.includes(test)) return false
    run.redTests = redTests.filter((each) => each !== test)
    run.flakedTests = [...flakedTests, test]
    return true
  }
  if (isFull || redTests.includes(test)) return false
  run.redTests = [...redTests, test]
  return true
}

/**
 * The belief by failed steps and red tests together: that of the most telling one. Tests that were counted and not named are
 * red tests as such.
 * Example: red tests fail nine runs in ten; this one was red in eight runs, of which seven passed: 1 − (7 + 2·.1) / (8 + 2) = .28.
 */
export const beliefWithTests = (
  signs: readonly string[],
  run: TestsOfRun,
  steps: SignCounts,
  tests: SignCounts,
  jobShare: number,
): SignBelief => {
  const named = run.redTests.length + run.flakedTests.length
  const counted =
    named === 0 || run.redCount > named ? signs : signs.filter((sign) => sign !== RED_TESTS)
  const best = beliefOf(counted, steps, jobShare)
  if (run.redTests.length === 0) return best
  const red = beliefOf(run.redTests, tests, harmlessOf(steps, RED_TESTS, jobShare))
  return red.p > best.p ? { ...red, step: redTest(red.step) } : best
}

/** The counts after a run: a test that passed when tried again has failed nothing. Does not change its argument. */
export const countTests = (
  counts: SignCounts,
  { redTests, flakedTests }: TestsOfRun,
  failed: boolean,
): SignCounts =>
  countSigns(countSigns(counts, redTests, failed, MAX_TESTS), flakedTests, false, MAX_TESTS)
