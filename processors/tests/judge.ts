/** What the cells of a test come to: everything in its record but its run names and partners. */

import type { JobRef, Stamped, TestChange, TestCounts, TestState } from '../../schemas/events.ts'
import { hasFailure } from '../../schemas/strips.ts'
import type { Row } from './cells.ts'
import { fixesOf, isAlert, streakOf } from './failures.ts'
import {
  flipScore,
  naiveScore,
  pairsOf,
  SCORED,
  SCORED_BY_TRANSITIONS,
  transitionScore,
} from './flips.ts'
import { FAIL, KIND_WORDS, NONE } from './kinds.ts'
import { cellsOf, resultsOf, withoutMass, type Look } from './look.ts'
import { judgeRegression, newTrouble, NO_REGRESSION } from './regression.ts'
import { severityOf, wordOf, type Symptoms } from './words.ts'

/** What of a test's record is said by its cells. */
type Measures = Omit<
  TestState,
  keyof Stamped | keyof JobRef | 'test' | 'failingRun' | 'passingRun' | KeptApart
>
type KeptApart = 'together' | 'partners' | 'passSeconds' | 'fingerprint'

export interface Verdict {
  readonly measures: Measures
  /** Cells over all columns, and places of the first failing run and of the last pass before it; −1 where there is none. */
  readonly kinds: readonly number[]
  readonly failingAt: number
  readonly passingAt: number
}

const countsOf = (kinds: readonly number[], from: number, to: number): TestCounts => {
  const counts = [0, 0, 0, 0, 0, 0]
  for (let i = from; i < to; i += 1) {
    const kind = kinds[i] ?? 0
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  const [, passed = 0, failed = 0, flaky = 0, skipped = 0, quiet = 0] = counts
  return { passed, failed, flaky, skipped, quiet }
}

const changeOf = (results: readonly number[]): TestChange => {
  const [before, now] = [results.at(-2), results.at(-1)]
  if (now === FAIL) return before === FAIL ? 'persistent' : 'fresh'
  return before === FAIL ? 'fixed' : 'none'
}

/** Looks at a test. Changes what is kept of its trouble. */
export const judge = (row: Row, look: Look): Verdict => {
  const kinds = cellsOf(row, look)
  const clean = withoutMass(kinds, look.marks)
  if (row.trouble === null && hasFailure(row.strip)) {
    const first = clean.indexOf(FAIL)
    if (first >= 0) row.trouble = newTrouble(look.first + first)
  }
  const streak = streakOf(kinds)
  const { isExtreme, ...regression } =
    row.trouble === null ? NO_REGRESSION : judgeRegression(row.trouble, clean, look)
  const scores = scoresOf(resultsOf(clean).slice(-SCORED))
  const symptoms: Symptoms = {
    ...{ isRegressed: regression.regressedAt !== null, isExtreme },
    ...{ kinds, marks: look.marks, streak: streak.length, flip: scores.flip },
  }
  const word = wordOf(symptoms)
  const measures: Measures = {
    ...{ word, severity: severityOf(word, symptoms), change: changeOf(resultsOf(kinds)) },
    status: KIND_WORDS[kinds.findLast((kind) => kind !== NONE) ?? NONE] ?? 'none',
    ...{ failuresOnly: look.isFailuresOnly, asOf: look.now, from: look.times[0] ?? look.now },
    ...windowsOf(kinds, look),
    ...scores,
    ...{ streak: streak.length, isAlert: isAlert(kinds) },
    ...regression,
  }
  return { measures, kinds, failingAt: streak.firstAt, passingAt: streak.passAt }
}

const scoresOf = (results: readonly number[]) => ({
  naive: naiveScore(results),
  flip: flipScore(results),
  transition: transitionScore(results.slice(-SCORED_BY_TRANSITIONS)),
})

const windowsOf = (kinds: readonly number[], look: Look) => {
  const pairs = pairsOf(resultsOf(kinds, look.week))
  const fixes = fixesOf(kinds, look.times, look.month)
  return {
    week: countsOf(kinds, look.week, kinds.length),
    weekBefore: countsOf(kinds, look.weekBefore, look.week),
    ...{ passToFail: pairs.passToFail, failToPass: pairs.failToPass },
    ...{ failToFail: pairs.failToFail, pairs: pairs.all },
    fixes: fixes.length,
    fixRuns: fixes.reduce((sum, { runs }) => sum + runs, 0),
    fixSeconds: fixes.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}
