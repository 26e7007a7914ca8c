/** What a job remembers of its finished runs. */

import { newGuard, type Guard } from './guard.ts'
import { stillFailing, type Failing } from './mended.ts'
import { GROUNDS } from './permit.ts'
import { NO_LEAD, type Lead } from './lead.ts'
import { newSlopes, type SlopeLearner } from './slopes.ts'
import { countSigns, type SignCounts } from './signs.ts'
import { meanWaitAfter } from './waiting.ts'
import { addDuration, decay, type Histogram } from './survival.ts'

/** Outcomes kept one by one, newest first: what is older weighs less than 1 %. */
const RECENT = 30
/** Durations are forgotten by halves every so many finished runs: long enough for a shape, short enough to move. */
const DURATION_HALF_LIFE_RUNS = 40
const FORGET = 0.5 ** (1 / DURATION_HALF_LIFE_RUNS)
/** How long 99 in 100 last is not told by 40 runs. */
const LASTING_HALF_LIFE_RUNS = 200
const FORGET_LASTING = 0.5 ** (1 / LASTING_HALF_LIFE_RUNS)

/** Runs by outcome class, as durations see them. */
export interface ClassHistory {
  /** Durations of runs that ended in this class. */
  ended: Histogram
  /** Lower bounds: timed-out runs, and aborted ones by the chance that they belong here. */
  censored: Histogram
  /** Time to the first bad sign (failed step, red test), or to the end without one. */
  clean: Histogram
  /** Decayed number of runs, and of those that showed a bad sign. */
  runs: number
  withSign: number
}
export interface History {
  /** Newest first; true where the run failed. */
  recent: boolean[]
  pass: ClassHistory
  fail: ClassHistory
  /** Durations of runs of either outcome, over a longer time. */
  lasting: Histogram
  /** Since when it only fails, null while it passes. */
  failing: Failing | null
  /** Durations of the last five passes in seconds, newest first: Jenkins' rule reads them. */
  lastPasses: number[]
  /** What its runs wait for capacity, in seconds; null before the first ended. */
  meanWait: number | null
  /** How right each expert on the failure rate was: log likelihoods. */
  expertScores: number[]
  /** How far what is said of its runs is to be believed. */
  slopes: SlopeLearner
  /** How far it goes by what is said beside its own rate (`heed.ts`). */
  heed: number
  /** Passing runs our rule watched; passing and failing runs it would have stopped, by the ground of its belief. */
  watchedPasses: number
  falseStops: readonly number[]
  trueStops: readonly number[]
  /** Runs that stops have cut and none has stood for yet (`cut.ts`). */
  cut: number
  /** Decayed squared errors of our forecasts at the start and of the base rate, with their weight. */
  skillRuns: number
  skillOurs: number
  skillBase: number
  /** Decayed squares of the differences between the two. */
  skillSquares: number
  /** Whether its stops are held back. */
  guard: Guard
  /** Family of the job, as its last run told it. */
  family: string
  /** How often runs with this failed step still passed. */
  signs: SignCounts
  /** When the last of its runs was heard to end, 0 before the first. */
  lastEndAt: number
  /** How right the model was, beside the formula. */
  lead: Lead
}

const emptyClass = (): ClassHistory => ({
  ended: [],
  censored: [],
  clean: [],
  runs: 0,
  withSign: 0,
})
export const emptyHistory = (): History => ({
  recent: [],
  pass: emptyClass(),
  fail: emptyClass(),
  lasting: [],
  failing: null,
  lastPasses: [],
  meanWait: null,
  expertScores: [],
  slopes: newSlopes(),
  heed: 0,
  watchedPasses: 0,
  falseStops: GROUNDS.map(() => 0),
  trueStops: GROUNDS.map(() => 0),
  cut: 0,
  skillRuns: 0,
  skillOurs: 0,
  skillBase: 0,
  skillSquares: 0,
  guard: newGuard(),
  family: '',
  signs: {},
  lastEndAt: 0,
  lead: NO_LEAD,
})

/** A finished run, as the history takes it in; durations in seconds, null where unknown. */
export interface Finished {
  readonly failed: boolean
  /** Milliseconds since the epoch, null where unknown. */
  readonly startedAt: number | null
  /** What it ran on (`head.ts`); all runs of which it is not said ran on the same. */
  readonly head?: number
  readonly durationSeconds: number | null
  /** What of that it waited for capacity: durations are compared without it. */
  readonly waitedSeconds?: number
  /** True where the duration is only a lower bound: the run hit a limit. */
  readonly isCut: boolean
  /** Start to the first bad sign without waits, null without one. */
  readonly signSeconds: number | null
  /** Steps that failed while it ran, and red tests. */
  readonly signs: readonly string[]
}

/** The history after one more run with a class. Does not change its argument. */
export const remember = (history: History, run: Finished): History => {
  const own = run.failed ? 'fail' : 'pass'
  const next: History = {
    ...history,
    recent: [run.failed, ...history.recent].slice(0, RECENT),
    failing: stillFailing(history.failing, run.failed, run.startedAt, run.head ?? 0),
    pass: forget(history.pass),
    fail: forget(history.fail),
    signs:
      run.signs.length === 0 ? history.signs : countSigns(history.signs, run.signs, run.failed),
  }
  const side = next[own]
  side.runs += 1
  if (run.signSeconds !== null) side.withSign += 1
  const { durationSeconds, waitedSeconds = 0 } = run
  if (durationSeconds === null) return next
  next.meanWait = meanWaitAfter(history.meanWait, waitedSeconds)
  const worked = Math.max(0, durationSeconds - waitedSeconds)
  addDuration(run.isCut ? side.censored : side.ended, worked, 1)
  addDuration(side.clean, Math.min(worked, run.signSeconds ?? Infinity), 1)
  next.lasting = decay(history.lasting, FORGET_LASTING)
  addDuration(next.lasting, worked, 1)
  if (!run.failed) next.lastPasses = [durationSeconds, ...history.lastPasses].slice(0, 5)
  return next
}

/** The history after a run without a class, such as an aborted one: a lower bound, shared out by its chance to fail. */
export const rememberCensored = (history: History, seconds: number, pFail: number): History => {
  const next = { ...history, pass: copy(history.pass), fail: copy(history.fail) }
  addDuration(next.pass.censored, seconds, 1 - pFail)
  addDuration(next.fail.censored, seconds, pFail)
  return next
}

const copy = (side: ClassHistory): ClassHistory => ({ ...side, censored: [...side.censored] })
const forget = (side: ClassHistory): ClassHistory => ({
  ended: decay(side.ended, FORGET),
  censored: decay(side.censored, FORGET),
  clean: decay(side.clean, FORGET),
  runs: side.runs * FORGET,
  withSign: side.withSign * FORGET,
})

/** Failures in a row (positive) or passes in a row (negative). Example: fail, fail, pass → 2. */
export const streak = (history: History): number => {
  const [first] = history.recent
  if (first === undefined) return 0
  const other = history.recent.indexOf(!first)
  const length = other < 0 ? history.recent.length : other
  return first ? length : -length
}

/** In the base rate the newest outcome weighs 1, each older one this factor less. */
const OUTCOME_DECAY = 0.85

/** Job's decayed base rate, with half a run each way: what a forecast must beat. Example: fail, pass (newest first): .526. */
export const baseRate = (history: { readonly recent: readonly boolean[] }): number => {
  let failures = 0.5
  let weight = 1
  let w = 1
  for (const failed of history.recent) {
    weight += w
    if (failed) failures += w
    w *= OUTCOME_DECAY
  }
  return failures / weight
}
