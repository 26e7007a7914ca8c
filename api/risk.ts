/**
 * Risk that a run fails by its own change, told from its failed tests by Sippy's rule (pkg/api/job_runs.go), from what the grid
 * of the job holds: a test that passes else and failed here points at the change. Sippy compares with other jobs as well and
 * lowers what fails in other pull requests too; neither is done here. A rule, not a model. Pure.
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

const rank = (level: RiskLevel): number => RISK_LEVELS.indexOf(level)
const resultsOf = ({ passed, failed, flaky }: TestColumn): number => passed + failed + flaky

/**
 * The risk of one run; undefined where the grid does not hold it. Of a run that still runs it is told from the results so far.
 * Example: a test that passed in the one run before and failed in this one: high.
 */
export const riskOf = (
  tab: TestTab,
  sheets: readonly TestSheet[],
  run: Pick<RunRef, 'runId' | 'attempt'>,
): RunRisk | undefined => {
  const at = tab.columns.findIndex(
    ({ runId, attempt }) => runId === run.runId && attempt === run.attempt,
  )
  const column = tab.columns[at]
  if (column === undefined) return undefined
  const usualResults = usualOf(tab.columns.slice(0, at))
  const tests = failedTests(tab, sheets, at)
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
  const found = sheets
    .flatMap(({ rows }) => rows)
    .flatMap((row): TestRisk[] => {
      const kinds = bitsOf(row, first, at + 1).map(kindOf)
      if (kinds.pop() !== 'failed') return []
      const passed = kinds.filter((kind) => kind === 'passed' || kind === 'flaky').length
      const failed = kinds.filter((kind) => kind === 'failed').length
      // A source that names failing tests only tells of no pass: a share of its results would mean nothing.
      const before = tab.failuresOnly ? ratio(0, 0) : ratio(passed, passed + failed)
      return [{ test: row.test, level: levelOf(before), before }]
    })
  return found.sort((a, b) => rank(b.level) - rank(a.level) || (a.test < b.test ? -1 : 1))
}

/** Sippy's order: an incomplete run first, then none, then many, then the worst of the failed tests. */
const verdictOf = (
  tests: readonly TestRisk[],
  isIncomplete: boolean,
): Pick<RunRisk, 'level' | 'reason'> => {
  if (!isIncomplete && tests.length > MANY_FAILED)
    return { level: 'high', reason: `more than ${MANY_FAILED} tests failed` }
  const level = isIncomplete ? 'incomplete' : (tests[0]?.level ?? 'none')
  return { level, reason: REASONS[level] }
}
const REASONS: Readonly<Record<RiskLevel, string>> = {
  high: 'a test failed that nearly always passes',
  medium: 'a test failed that mostly passes',
  low: 'only tests failed that often fail',
  unknown: 'nothing was heard of the failed tests before',
  none: 'no test failed',
  incomplete: 'fewer tests were heard of than the job usually has',
}
