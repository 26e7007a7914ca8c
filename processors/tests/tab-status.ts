/** TestGrid's state of a tab, and what it is told from. */

import type { TabStatus, TestColumn } from '../../schemas/events.ts'
import { ENDED, MASS } from '../../schemas/strips.ts'

/** Columns that count as recent, and ended ones without which a tab is pending. */
const RECENT = 10
const LEAST_ENDED = 3

export interface Recent {
  readonly recent: number
  readonly recentPassed: number
  readonly cells: number
  readonly cellsPassed: number
  /** All failed at once in the newest ended run. */
  readonly isBroken: boolean
}

type Seen = Pick<TestColumn, 'passed' | 'failed' | 'flaky' | 'marks' | 'outcome'>

/**
 * The newest 10 ended columns. A column passed where no result failed and its run did not fail either; runs that were
 * aborted or skipped are left out.
 */
export const recentOf = (columns: readonly Seen[]): Recent => {
  const counts = { recent: 0, recentPassed: 0, cells: 0, cellsPassed: 0 }
  const ended = columns.filter(
    ({ marks, outcome }) => (marks & ENDED) !== 0 && outcome !== 'aborted' && outcome !== 'skipped',
  )
  for (const { passed, failed, flaky, outcome } of ended.slice(-RECENT)) {
    counts.recent += 1
    if (failed + flaky === 0 && (outcome === 'success' || outcome === null))
      counts.recentPassed += 1
    counts.cells += passed + failed + flaky
    counts.cellsPassed += passed
  }
  return { ...counts, isBroken: ((ended.at(-1)?.marks ?? 0) & MASS) !== 0 }
}

/** What else a state is told from. */
export interface TabSigns extends Recent {
  readonly isStale: boolean
  /** Tests with an open alert. */
  readonly alerts: number
  /** Share of recent columns that may be flaky. Unit: ratio 0..1. TestGrid's own default is none. */
  readonly acceptableShare?: number
}

/**
 * The first that fits: broken, stale, failing (an open alert), pending (fewer than 3 ended columns), flaky or acceptable
 * (any result not passed), passing, unknown. Source: TestGrid, summarizer. Example: 10 recent columns of which 9 passed and
 * no alert is flaky, and acceptable where a tenth may be flaky.
 */
export const tabStatusOf = (signs: TabSigns): TabStatus => {
  const { recent, recentPassed, acceptableShare = 0 } = signs
  if (signs.isBroken) return 'broken'
  if (signs.isStale) return 'stale'
  if (signs.alerts > 0) return 'failing'
  if (recent < LEAST_ENDED) return 'pending'
  if (recentPassed === recent) return 'passing'
  return recentPassed >= (1 - acceptableShare) * recent - 1e-9 && acceptableShare > 0
    ? 'acceptable'
    : 'flaky'
}

const DAY_MS = 24 * 3_600_000
/** A tab is stale once nothing came for a day and for three of its usual gaps. Times of columns, oldest first. */
export const staleAtOf = (times: readonly number[]): number => {
  const recent = times.slice(-RECENT)
  const [oldest = 0] = recent
  const newest = recent.at(-1) ?? 0
  const gap = recent.length < 2 ? 0 : (newest - oldest) / (recent.length - 1)
  return newest + Math.max(DAY_MS, Math.round(3 * gap))
}
