/**
 * Risk that a run fails by its own change, told from its failed tests by Sippy's rule (pkg/api/job_runs.go), from what the grid
 * of the job holds: a test that passes else and failed here points at the change, unless it fails on other pull requests at
 * the same time, or in like jobs too (api/like-jobs.ts). A rule, not a model. Pure.
 */

import type { RunRef, TestColumn, TestSheet, TestTab } from '../schemas/events.ts'
import { ratio, type Ratio } from '../schemas/measures.ts'
import { bitsOf, kindOf } from '../schemas/strips.ts'

export const RISK_LEVELS = ['none', 'low', 'unknown', 'medium', 'incomplete', 'high'] as const
export type RiskLevel = (typeof RISK_LEVELS)[number]

interface TestRisk {
  readonly test: string
  readonly level: RiskLevel
  /** Passes, flaky ones too, of the results that the grid holds of runs before this one. */
  readonly before: Ratio
  /** The same of like jobs over the 14 days before; 0 of 0 where they have none. */
  readonly likeJobs: Ratio
  /** Other pull requests on which it failed within hours though it nearly always passes: what lowered it to medium. */
  readonly elsewhere: readonly number[]
}
export interface RunRisk {
  readonly level: RiskLevel
  readonly reason: string
  /** Failed tests, the riskiest first; of more than {@link MANY_FAILED} the first of them by name. */
  readonly tests: readonly TestRisk[]
  readonly failed: number
  /** Results of this run, and the mean of the ended runs before it in the grid. */
  readonly results: number
  readonly usualResults: number | null
}

/** Sippy's bounds. Unit: ratio 0..1, and tests. */
const HIGH_FROM = 0.98
const MEDIUM_FROM = 0.8
const COMPLETE_FROM = 0.75
const MANY_FAILED = 20

/**
 * Level of one failed test by how often it passed before.
 * Example: 98 of 100 is high, 80 of 100 medium, 79 of 100 low, 0 of 0 unknown.
 */
export const levelOf = ({ value }: Ratio): RiskLevel =>
  value === null ? 'unknown' : value >= HIGH_FROM ? 'high' : value >= MEDIUM_FROM ? 'medium' : 'low'

/** How long before the first results of a run, and after, the same failure on another pull request counts. */
const EARLIER_MS = 12 * 3_600_000
const LATER_MS = 3 * 3_600_000

/** The pull request that the run of a column is of; null where it is of none, or not known. */
export type PullOf = (column: TestColumn) => number | null
/** How a test did in like jobs before an instant. */
export type LikeOf = (test: string, at: number) => Ratio

const columnAt = ({ columns }: TestTab, run: Pick<RunRef, 'runId' | 'attempt'>): number =>
  columns.findIndex(({ runId, attempt }) => runId === run.runId && attempt === run.attempt)

/** Columns whose pull requests bear on the risk of a run, its own among them; none where the grid does not hold the run. */
export const nearbyColumns = (
  tab: TestTab,
  run: Pick<RunRef, 'runId' | 'attempt'>,
): readonly TestColumn[] => {
  const own = tab.columns[columnAt(tab, run)]
  if (own === undefined) return []
  const [from, to] = [own.at - EARLIER_MS, own.at + LATER_MS]
  return tab.columns.filter(({ at, failed }) => at >= from && at <= to && failed > 0)
}

const rank = (level: RiskLevel): number => RISK_LEVELS.indexOf(level)
const resultsOf = ({ passed, failed, flaky }: TestColumn): number => passed + failed + flaky

/**
 * The risk of one run; undefined where the grid does not hold it. Of a run that still runs it is told from the results so far.
 * Example: a test that passed in the one run before and failed in this one: high; medium where it failed so in the run of
 * another pull request an hour ago too.
 */
export const riskOf = (
  tab: TestTab,
  sheets: readonly TestSheet[],
  run: Pick<RunRef, 'runId' | 'attempt'>,
  pullOf: PullOf = () => null,
  likeOf: LikeOf = () => ratio(0, 0),
): RunRisk | undefined => {
  const at = columnAt(tab, run)
  const column = tab.columns[at]
  if (column === undefined) return undefined
  const usualResults = usualOf(tab.columns.slice(0, at))
  const elsewhere = failuresElsewhere(tab, sheets, column, pullOf)
  const tests = failedTests(tab, sheets, at)
    .map((risk) => besideLike(risk, likeOf(risk.test, column.at)))
    .map(lowered(elsewhere))
    .sort(riskiestFirst)
  const results = resultsOf(column)
  const isIncomplete =
    column.outcome !== null && usualResults !== null && results < COMPLETE_FROM * usualResults
  return {
    ...verdictOf(tests, isIncomplete),
    tests: tests.slice(0, MANY_FAILED),
    failed: tests.length,
    results,
    usualResults,
  }
}

const usualOf = (before: readonly TestColumn[]): number | null => {
  const ended = before.filter(({ outcome }) => outcome !== null)
  if (ended.length === 0) return null
  return ended.reduce((sum, column) => sum + resultsOf(column), 0) / ended.length
}

/** Tests that failed in the column, each with how it did in the columns before. */
const failedTests = (tab: TestTab, sheets: readonly TestSheet[], at: number): TestRisk[] => {
  const first = tab.last - tab.columns.length + 1
  return sheets
    .flatMap(({ rows }) => rows)
    .flatMap((row): TestRisk[] => {
      const kinds = bitsOf(row, first, at + 1).map(kindOf)
      if (kinds.pop() !== 'failed') return []
      const passed = kinds.filter((kind) => kind === 'passed' || kind === 'flaky').length
      const failed = kinds.filter((kind) => kind === 'failed').length
      // A source that names failing tests only tells of no pass: a share of its results would mean nothing.
      const before = tab.failuresOnly ? ratio(0, 0) : ratio(passed, passed + failed)
      return [
        { test: row.test, level: levelOf(before), before, likeJobs: ratio(0, 0), elsewhere: [] },
      ]
    })
}

/** The lower of both levels, as Sippy has it; what nothing is known of does not count. */
const besideLike = (risk: TestRisk, likeJobs: Ratio): TestRisk => {
  const level = levelOf(likeJobs)
  const isLower = level !== 'unknown' && rank(level) < rank(risk.level)
  return { ...risk, likeJobs, level: risk.level === 'unknown' || isLower ? level : risk.level }
}

const riskiestFirst = (a: TestRisk, b: TestRisk): number =>
  rank(b.level) - rank(a.level) || (a.test < b.test ? -1 : 1)

/** Pull requests other than that of a run, by the tests that failed there near it and pointed at them. */
const failuresElsewhere = (
  tab: TestTab,
  sheets: readonly TestSheet[],
  own: TestColumn,
  pullOf: PullOf,
): ReadonlyMap<string, readonly number[]> => {
  const found = new Map<string, readonly number[]>()
  const mine = pullOf(own)
  if (mine === null) return found
  for (const column of nearbyColumns(tab, own)) {
    const pull = pullOf(column)
    if (pull === null || pull === mine) continue
    for (const { test, level } of failedTests(tab, sheets, tab.columns.indexOf(column)))
      if (level === 'high') found.set(test, [...new Set([...(found.get(test) ?? []), pull])])
  }
  return found
}

/** What fails on other pull requests too points at none of them. */
const lowered =
  (elsewhere: ReadonlyMap<string, readonly number[]>) =>
  (risk: TestRisk): TestRisk => {
    const pulls = elsewhere.get(risk.test)
    return risk.level === 'high' && pulls !== undefined
      ? { ...risk, level: 'medium', elsewhere: pulls }
      : risk
  }

/** Sippy's order: an incomplete run first, then none, then many, then the worst of the failed tests. */
const verdictOf = (
  tests: readonly TestRisk[],
  isIncomplete: boolean,
): Pick<RunRisk, 'level' | 'reason'> => {
  if (!isIncomplete && tests.length > MANY_FAILED)
    return { level: 'high', reason: `more than ${MANY_FAILED} tests failed` }
  const level = isIncomplete ? 'incomplete' : (tests[0]?.level ?? 'none')
  const isElsewhere = tests.some((test) => test.level === level && test.elsewhere.length > 0)
  return { level, reason: isElsewhere ? ELSEWHERE : REASONS[level] }
}
const ELSEWHERE = 'a test failed that nearly always passes, and on other pull requests too'
const REASONS: Readonly<Record<RiskLevel, string>> = {
  high: 'a test failed that nearly always passes',
  medium: 'a test failed that mostly passes',
  low: 'only tests failed that often fail',
  unknown: 'nothing was heard of the failed tests before',
  none: 'no test failed',
  incomplete: 'fewer tests were heard of than the job usually has',
}
