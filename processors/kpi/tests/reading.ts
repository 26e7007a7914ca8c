/**
 * What KPIs of tests read: sums over the grid of a job, tests by runs, in a window. Cells are results of one test in
 * one
 * run; flaky is failed and passed in the same run.
 *
 * The example of all of them is this grid of one run an hour, oldest first, as their test plays it:
 *
 *     outcome   success failure failure aborted success failure
 *     login        P       F       F       P       P       P
 *     pay          P       F       F       .       F       P
 *     ship         P       P       K       P       B       T
 *     new          .       .       .       .       F       F
 *
 * P passed, F failed, T timed out, K flaky, B blocked, a dot said nothing. Results that passed took 2 s, all others 30
 * s. There
 * are 24 cells, 18 of them results (9 passed, 8 failed, 1 flaky), 1 blocked, 5 empty.
 */

/** A count of things and of those of them that count. */
interface Split {
  readonly all: number
  readonly long: number
}

export interface TestReading {
  /** Where only failing tests are named nobody knows what passed: rates over results are not told. */
  readonly failuresOnly: boolean
  readonly tests: number
  /** Runs in the window, and of those that ended with a class how many passed; the same of the window before. */
  readonly runs: number
  readonly builds: { readonly passed: number; readonly failed: number }
  readonly buildsBefore: { readonly passed: number; readonly failed: number }
  /** Results by what they come to; of the window before too. */
  readonly passed: number
  readonly failed: number
  readonly flaky: number
  readonly before: { readonly passed: number; readonly failed: number; readonly flaky: number }
  readonly blocked: number
  readonly timedOut: number
  /** Neighbours among the results of a test, empty cells bridged. */
  readonly pairs: {
    readonly all: number
    readonly passToFail: number
    readonly failToPass: number
    readonly failToFail: number
  }
  /** Neighbours among cells, as AI4CI counted them. */
  readonly adjacent: { readonly passToFail: number; readonly failToPass: number }
  /** Failures in a row, empty cells bridged. */
  readonly streaks: Split
  /** Failures in a row as AI4CI counted them: an empty cell ends one. `cells` are the failing ones in all of them. */
  readonly segments: Split & { readonly cells: number }
  /** Mean time of the segments of each test in milliseconds, summed over tests. */
  readonly segmentMs: number
  /** Failures in a row that a pass in the window closed. */
  readonly fixes: {
    readonly all: number
    readonly runs: number
    readonly runs2: number
    readonly seconds: number
    readonly seconds2: number
  }
  /** Share of failing cells of the run before that passed, summed over runs. */
  readonly fixedShares: number
  /** Share of flaky results of each test, summed over the tests with a result; `compat` over all runs. */
  readonly severity: { readonly sum: number; readonly tests: number; readonly compat: number }
  readonly times: {
    readonly passMs: number
    readonly passes: number
    readonly allMs: number
    readonly all: number
  }
  /** Tests that failed in two runs or more, and what fails together with them. */
  readonly together: {
    readonly tests: number
    readonly partnered: number
    readonly partners: number
    /** Runs with two failing tests or more, and characters of the lists of partners as Python writes them. */
    readonly sets: number
    readonly characters: number
  }
  /** Flips and transitions of the last 50 and 20 results of each test, summed. */
  readonly flips: { readonly flips: number; readonly considered: number }
  readonly transitions: { readonly flips: number; readonly results: number }
  /** Pairs of a test and a commit, and those in which it both failed and passed. */
  readonly commits: { readonly all: number; readonly flaky: number }
  /** What is true now: tests that fail, with an open alert, in regression, and that fail for the first time in a fortnight. */
  readonly now: {
    readonly failing: number
    readonly alerts: number
    readonly regressions: number
    readonly newFailures: number
    readonly longestStreak: number
  }
}

/** Results that ran to an end of which one can tell; none where only failures are named. */
export const resultsOf = (of: TestReading): number =>
  of.failuresOnly ? 0 : of.passed + of.failed + of.flaky

/** All cells of the window, empty ones too: AI4CI's denominator. */
export const cellsOf = ({ tests, runs }: TestReading): number => tests * runs
