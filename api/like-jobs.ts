/**
 * Jobs like one, as Sippy finds them by their names: those of the same repository whose names differ from its own in numbers
 * only. How a test did there before says whether it fails everywhere, or here alone. Pure.
 */

import type { JobRef, TestSheet, TestTab } from '../schemas/events.ts'
import { ratio, type Ratio } from '../schemas/measures.ts'
import { familyOf } from '../schemas/slices.ts'
import { bitsOf, kindOf } from '../schemas/strips.ts'

/** Of more like jobs these are looked at, the first by name. */
export const MOST_LIKE = 4
/** How far back their results count. */
const LIKE_MS = 14 * 86_400_000

/** Example: `e2e-4.17` and `e2e-4.18` of one repository are alike, `e2e-4.18` and `unit-4.18` are not. */
export const areAlike = (a: JobRef, b: JobRef): boolean =>
  a.source === b.source &&
  a.repo === b.repo &&
  a.job !== b.job &&
  familyOf(a.job, {}) === familyOf(b.job, {})

/** The grid of one job. */
export interface Grid {
  readonly tab: TestTab
  readonly sheets: readonly TestSheet[]
}

/**
 * Passes, flaky ones too, of the results of a test in the runs of like jobs that lie in the 14 days before `at`. Grids that name
 * failing tests only tell of no pass and do not count. Example: passed in two runs of one job and failed in one of another: 2 of 3.
 */
export const likeRecord = (grids: readonly Grid[], test: string, at: number): Ratio => {
  let [passed, results] = [0, 0]
  for (const { tab, sheets } of grids) {
    if (tab.failuresOnly) continue
    const row = sheets.flatMap(({ rows }) => rows).find((each) => each.test === test)
    if (row === undefined) continue
    const first = tab.last - tab.columns.length + 1
    for (const [i, kind] of bitsOf(row, first, tab.columns.length).map(kindOf).entries()) {
      const when = tab.columns[i]?.at ?? at
      if (when >= at || when < at - LIKE_MS) continue
      if (kind === 'passed' || kind === 'flaky') passed += 1
      if (kind === 'passed' || kind === 'flaky' || kind === 'failed') results += 1
    }
  }
  return ratio(passed, results)
}
