/** Sums over the tests of a job that its KPIs are read from (processors/kpi/tests/reading.ts). */

import type { TestReading } from '../kpi/tests/reading.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import type { Column } from './cells.ts'
import { fixesOf } from './failures.ts'
import { flipsOf, pairsOf, SCORED, SCORED_BY_TRANSITIONS } from './flips.ts'
import { FAIL, FLAKY, isNoResult, isPassLike, NONE, PASS } from './kinds.ts'
import { resultsOf } from './look.ts'

type Open<T> = { -readonly [K in keyof T]: T[K] extends object ? Open<T[K]> : T[K] }
/** The sums of a window while they are taken. */
export type Tally = Open<TestReading> & {
  /** Places of the first columns of the window and of the one before. */
  readonly from: number
  readonly before0: number
  /** By column: cells that failed, and those of them that passed right after. */
  readonly failedAt: number[]
  readonly fixedAt: number[]
}

export const newTally = (from: number, before0: number, columns: number): Tally => ({
  ...{ from, before0, failedAt: new Array<number>(columns).fill(0) },
  fixedAt: new Array<number>(columns).fill(0),
  ...{ failuresOnly: false, tests: 0, runs: columns - from },
  ...{ builds: { passed: 0, failed: 0 }, buildsBefore: { passed: 0, failed: 0 } },
  ...{ passed: 0, failed: 0, flaky: 0, blocked: 0, timedOut: 0 },
  before: { passed: 0, failed: 0, flaky: 0 },
  pairs: { all: 0, passToFail: 0, failToPass: 0, failToFail: 0 },
  adjacent: { passToFail: 0, failToPass: 0 },
  streaks: { all: 0, long: 0 },
  segments: { all: 0, long: 0, cells: 0 },
  segmentMs: 0,
  fixes: { all: 0, runs: 0, runs2: 0, seconds: 0, seconds2: 0 },
  fixedShares: 0,
  severity: { sum: 0, tests: 0, compat: 0 },
  times: { passMs: 0, passes: 0, allMs: 0, all: 0 },
  together: { tests: 0, partnered: 0, partners: 0, sets: 0, characters: 0 },
  flips: { flips: 0, considered: 0 },
  transitions: { flips: 0, results: 0 },
  commits: { all: 0, flaky: 0 },
  now: { failing: 0, alerts: 0, regressions: 0, newFailures: 0, longestStreak: 0 },
})

/** Adds what runs say of themselves. Times of results are those of their columns. */
export const tallyRuns = (tally: Tally, columns: readonly Column[]): void => {
  columns.forEach((column, i) => {
    if (i < tally.before0) return
    const builds = i < tally.from ? tally.buildsBefore : tally.builds
    const failed = column.outcome === null ? null : failedClass(column.outcome)
    if (failed !== null) builds[failed ? 'failed' : 'passed'] += 1
    if (i < tally.from) return
    tally.blocked += column.blocked
    tally.timedOut += column.timedOut
    tally.times.passMs += column.passMs
    tally.times.passes += column.passes
    tally.times.allMs += column.passMs + column.otherMs
    tally.times.all += column.passes + column.others
  })
}

/** Adds one test: its cells over all columns, with their times and the number of each column's commit. */
export const tallyTest = (
  tally: Tally,
  kinds: readonly number[],
  times: readonly number[],
  commits: readonly number[],
): void => {
  tally.tests += 1
  const results = resultsOf(kinds, tally.from)
  tallyCells(tally, kinds, times)
  tallyBefore(tally, kinds)
  if (results.length === 0) return
  tallyResults(tally, results)
  tallyFixes(tally, kinds, times)
  if (results.includes(FAIL) || results.includes(FLAKY)) tallyCommits(tally, kinds, commits)
  else tally.commits.all += distinct(commits, kinds, tally.from)
}

/** Adds tests that passed wherever they have a result, all with these cells: what they come to are counts. */
export const tallySteady = (
  tally: Tally,
  kinds: readonly number[],
  commits: readonly number[],
  tests: number,
): void => {
  const { before, before0, from, severity, pairs, flips, transitions } = tally
  tally.tests += tests
  before.passed += tests * resultsOf(kinds.slice(0, from), before0).length
  const passed = resultsOf(kinds, from).length
  if (passed === 0) return
  tally.passed += tests * passed
  severity.tests += tests
  pairs.all += tests * (passed - 1)
  flips.considered += tests * Math.min(passed, SCORED)
  transitions.results += tests * Math.min(passed, SCORED_BY_TRANSITIONS)
  tally.commits.all += tests * distinct(commits, kinds, from)
}

/** Cells as AI4CI read them: neighbours are neighbouring cells, whatever lies in them. */
const tallyCells = (tally: Tally, kinds: readonly number[], times: readonly number[]): void => {
  const { adjacent, segments, failedAt, fixedAt } = tally
  let [length, startAt, closed, ms] = [0, 0, 0, 0]
  for (let i = tally.from; i < kinds.length; i += 1) {
    const kind = kinds[i]
    const before = i === tally.from ? NONE : kinds[i - 1]
    if (kind === FAIL) {
      if (length === 0) startAt = times[i] ?? 0
      length += 1
      segments.cells += 1
      failedAt[i] = (failedAt[i] ?? 0) + 1
      if (length === 1) segments.all += 1
      if (length === 2) segments.long += 1
      if (before === PASS) adjacent.passToFail += 1
      continue
    }
    if (before === FAIL && kind === PASS) {
      adjacent.failToPass += 1
      fixedAt[i] = (fixedAt[i] ?? 0) + 1
    }
    if (length > 0) {
      closed += 1
      ms += (times[i] ?? 0) - startAt
    }
    length = 0
  }
  if (length > 0) {
    closed += 1
    ms += (times.at(-1) ?? 0) - startAt
  }
  if (closed > 0) tally.segmentMs += ms / closed
}

const tallyBefore = ({ before, before0, from }: Tally, kinds: readonly number[]): void => {
  for (let i = before0; i < from; i += 1) {
    const kind = kinds[i]
    if (kind === PASS) before.passed += 1
    else if (kind === FAIL) before.failed += 1
    else if (kind === FLAKY) before.flaky += 1
  }
}

const tallyResults = (tally: Tally, results: readonly number[]): void => {
  const { severity, pairs, flips, transitions, streaks, runs } = tally
  let [passed, failed, flaky, row] = [0, 0, 0, 0]
  for (const kind of results) {
    if (kind === PASS) passed += 1
    else if (kind === FAIL) failed += 1
    else if (kind === FLAKY) flaky += 1
    row = kind === FAIL ? row + 1 : 0
    if (row === 1) streaks.all += 1
    if (row === 2) streaks.long += 1
  }
  tally.passed += passed
  tally.failed += failed
  tally.flaky += flaky
  const told = passed + failed + flaky
  if (told > 0) severity.sum += flaky / told
  if (told > 0) severity.tests += 1
  severity.compat += flaky / runs
  const own = pairsOf(results)
  pairs.all += own.all
  pairs.passToFail += own.passToFail
  pairs.failToPass += own.failToPass
  pairs.failToFail += own.failToFail
  const flipped = flipsOf(results.slice(-SCORED))
  flips.flips += flipped.flips
  flips.considered += flipped.considered
  const last = results.slice(-SCORED_BY_TRANSITIONS)
  transitions.flips += pairsOf(last).passToFail
  transitions.results += last.length
}

const tallyFixes = (tally: Tally, kinds: readonly number[], times: readonly number[]): void => {
  const { fixes } = tally
  for (const { runs, seconds } of fixesOf(kinds, times, tally.from)) {
    fixes.all += 1
    fixes.runs += runs
    fixes.runs2 += runs * runs
    fixes.seconds += seconds
    fixes.seconds2 += seconds * seconds
  }
}

/** Runs of one commit are neighbours, or nearly: a commit that comes back is another. */
const tallyCommits = (tally: Tally, kinds: readonly number[], commits: readonly number[]): void => {
  let [commit, hasPassed, hasFailed] = [-1, false, false]
  const close = (): void => {
    if (hasPassed || hasFailed) tally.commits.all += 1
    if (hasPassed && hasFailed) tally.commits.flaky += 1
  }
  for (let i = tally.from; i < kinds.length; i += 1) {
    const kind = kinds[i] ?? NONE
    if (isNoResult(kind)) continue
    if (commits[i] !== commit) {
      close()
      commit = commits[i] ?? -1
      hasPassed = false
      hasFailed = false
    }
    hasPassed ||= isPassLike(kind) || kind === FLAKY
    hasFailed ||= kind === FAIL || kind === FLAKY
  }
  close()
}
const distinct = (commits: readonly number[], kinds: readonly number[], from: number): number => {
  let [n, commit] = [0, -1]
  for (let i = from; i < kinds.length; i += 1)
    if (!isNoResult(kinds[i] ?? NONE) && commits[i] !== commit) {
      n += 1
      commit = commits[i] ?? -1
    }
  return n
}

/** The last of the sums: what compares runs with each other. */
export const closeTally = (tally: Tally): void => {
  for (let i = tally.from; i < tally.failedAt.length; i += 1) {
    if ((tally.failedAt[i] ?? 0) >= 2) tally.together.sets += 1
    const failed = i === tally.from ? 0 : (tally.failedAt[i - 1] ?? 0)
    if (failed > 0) tally.fixedShares += (tally.fixedAt[i] ?? 0) / failed
  }
}
