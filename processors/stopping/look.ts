/** Looks at a running run: forecasts it, passes its checkpoints, advises, and computes when to look again. */

import { KEEP_SHARE, keepShareOf } from '../../schemas/keeping.ts'
import { emit, type Effect } from '../processor.ts'
import type { Basis } from './basis.ts'
import { isFirstInstant, passCheckpoints } from './checkpoints.ts'
import { chanceAt, formulaAt, remainingAt, type Remaining, type Seen } from './forecast.ts'
import { heeded } from './heed.ts'
import { streak, type History } from './history.ts'
import { additionOf, noteLead, type Addition } from './model.ts'
import { nextLook } from './next-look.ts'
import { brokenStreak, withRunning } from './overtaken.ts'
import { GROUNDS } from './permit.ts'
import { policyOf } from '../../schemas/policy.ts'
import { mixedRate, termsOf, type Known } from './refine.ts'
import { beliefWithTests } from './red-tests.ts'
import { ALERT_LOW, judge, type Verdict } from './rule.ts'
import { decisionOf, forecastOf, type Cause } from './say.ts'
import { tellingLate, type SignCounts } from './signs.ts'
import { drawnStart } from './slopes.ts'
import type { RunningRun } from './state.ts'
import type { View } from './view.ts'
import { ageBy, waitToCome, workedBy } from './waiting.ts'

/** The community learns from the terms as they stood before half of the median pass: by then siblings have spoken. */
const LEARNT_CHECKPOINTS = 2
/** A change of p below this is not published when only the job's history has moved. */
const NOTEWORTHY = 0.1

export interface Looked {
  /** The forecast, the decision if the advice changed, and the next timer. */
  readonly effects: Effect[]
  readonly verdict: Verdict
}

/** What other running runs of the job have to do with this one. */
export interface Beside {
  /** True while others that are stopped without a failed step must end first. */
  readonly isWaiting: boolean
  /** What their ages say of them (`overtaken.ts`). */
  readonly others: readonly number[]
  /** How often its runs with this very test red still passed. */
  readonly tests: SignCounts
}

/** Changes `run` in place. */
export const look = (
  run: RunningRun,
  view: View,
  { isWaiting, others, tests }: Beside,
  cause: Cause,
  causeId: string,
): Looked => {
  const known = knownOf(run, view, others)
  const terms = termsOf(known)
  const plain = seenOf(run, view, terms, tests)
  const addition = additionFor(run, view, plain, known)
  const seen = addition === null ? plain : { ...plain, shift: addition.shift }
  const { isClosing } = run
  const isStopped = run.level === 'stop'
  const standing = {
    ...view.standing,
    ...{ isWaiting, isClosing, isStopped, policy: policyOf(run.labels) },
  }
  const verdict = judge(view.basis, seen, standing)
  const start = {
    heeded: heeded(seen.rate, known.rate, view.history.heed),
    plain: known.rate,
  }
  const drawn = drawnIn(view, seen, start.heeded)
  const chance = chanceAt(view.basis, drawn)
  const isAlerting = chance.low >= ALERT_LOW && verdict.level !== 'abstain'
  const isFirst = isFirstInstant(run, view)
  const isQuiet =
    (cause === 'history' || (cause === 'signal' && !isFirst)) &&
    !isNews(run, verdict) &&
    isAlerting === run.isAlerting &&
    Math.abs(chance.p - run.pFail) < NOTEWORTHY
  const timer = nextLook(run, view, standing, seen, verdict)
  noteBelief(run, verdict)
  if (isQuiet) return { effects: timer, verdict }
  const remaining = afterWait(
    remainingAt(view.basis, drawn),
    waitToCome(run, view.history.meanWait, view.now),
  )
  const forecast = forecastOf(run, view, drawn, chance, remaining, cause, causeId)
  const effects: Effect[] = [emit('ci.forecasts.v1', forecast)]
  if (passCheckpoints(run, view, seen, verdict.chance.p, start, forecast) && addition !== null)
    noteLead(run, addition)
  if (isNews(run, verdict)) {
    const decision = decisionOf(run, forecast, view, verdict, seen)
    effects.push(emit('ci.decisions.v1', decision))
    if (decision.level === 'stop' && run.stopSeconds === null) {
      run.stopSeconds = ageBy(run, view.now)
      run.leastKept = keepShareOf(decision, KEEP_SHARE)
    }
  }
  if (run.checkpoints.length <= LEARNT_CHECKPOINTS) run.terms = terms
  run.pFail = chance.p
  run.level = verdict.level
  run.mayHang ||= verdict.mayHang
  run.isAlerting = isAlerting
  return { effects: [...effects, ...timer], verdict }
}

/** Another advice; or that it may hang, which is told once of a run that is watched already. */
const isNews = (run: RunningRun, { level, mayHang }: Verdict): boolean =>
  level !== run.level || (mayHang && !run.mayHang)

/** What is known of the run beside its age and its signs, with the history as it stands now. */
const knownOf = (
  run: RunningRun,
  { history, basis, learned }: View,
  others: readonly number[],
): Known => ({
  ...withOthers(history, basis, others),
  changeFailures: run.changeFailures,
  changeRuns: run.changeRuns,
  siblings: run.siblings,
  strain: learned.strain,
  isRetry: run.attempt > 1,
  trouble: run.trouble,
})
const withOthers = (
  history: History,
  basis: Basis,
  others: readonly number[],
): Pick<Known, 'rate' | 'streak'> => {
  const { rate, passes } = withRunning(basis.rate, basis.rateRuns, others)
  return { rate, streak: brokenStreak(streak(history), passes) }
}
/** What the model says, where one is loaded. */
const additionFor = (run: RunningRun, view: View, seen: Seen, known: Known): Addition | null => {
  if (view.model === undefined) return null
  const isScored =
    isFirstInstant(run, view) || (run.dueSeconds[0] ?? Infinity) <= seen.elapsedSeconds
  return additionOf({ run, view, seen, known, formula: formulaAt(view.basis, seen) }, isScored)
}
const seenOf = (
  run: RunningRun,
  { history, harmless, learned, now }: View,
  terms: readonly number[],
  tests: SignCounts,
): Seen => ({
  elapsedSeconds: workedBy(run, now),
  signSeconds: run.signSeconds,
  sign:
    run.signs.length === 0 ? null : beliefWithTests(run.signs, run, history.signs, tests, harmless),
  late: tellingLate(run.late, run.isSilent, history.signs),
  rate: mixedRate(terms, learned.weights, learned.trust),
})

/**
 * The same as far as it is to be believed of the job. That is what is said of a run; stops rest on it as it was, since each
 * level of belief has a record of what it hit, and drawn in it would be another level.
 */
const drawnIn = ({ basis, slopes }: View, seen: Seen, start: number): Seen => ({
  ...seen,
  rate: drawnStart(start, basis.usual, slopes.start),
  slopes,
})

/** What is left of the work, after what it is likely to wait yet. */
const afterWait = ({ median, low, high }: Remaining, wait: number): Remaining => ({
  median: median === null ? null : median + wait,
  low: low === null ? null : low + wait,
  high: high === null ? null : high + wait,
})

/** What the record of beliefs will say of this run when it ends: every belief that could have stopped it, told or not. */
const noteBelief = (
  run: RunningRun,
  { level, isCandidate, wantsStop, ground, chance }: Verdict,
): void => {
  if (level !== 'abstain') run.watched = true
  if (!isCandidate) return
  const at = GROUNDS.indexOf(ground)
  run.peaks[at] = Math.max(run.peaks[at] ?? 0, chance.p)
  if (wantsStop) run.wanted[at] = true
}
