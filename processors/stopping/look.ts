/** Looks at a running run: forecasts it, passes its checkpoints, advises, and computes when to look again. */

import type { Checkpoint, Decision, Forecast } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, setTimer, type Effect } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { isEventful, longestKnown, type Basis } from './basis.ts'
import {
  ageOdds,
  chanceAt,
  formulaAt,
  pFailAt,
  remainingAt,
  type Chance,
  type Remaining,
  type Seen,
} from './forecast.ts'
import { baseRate, streak, type History } from './history.ts'
import { mendedChance } from './mended.ts'
import { GROUNDS } from './permit.ts'
import { NO_POLICY, policyOf } from './policy.ts'
import { additionOf, noteLead, type Addition } from './model.ts'
import { brokenStreak, withRunning } from './overtaken.ts'
import { mixedRate, termsOf, type Known } from './refine.ts'
import { drawnStart, pointOf } from './slopes.ts'
import { beliefOf, tellingLate } from './signs.ts'
import { ALERT_LOW, judge, ruleOf, type Standing, type Verdict } from './rule.ts'
import type { PassedCheckpoint, RunningRun } from './state.ts'
import { BUCKETS, bucketOf, bucketStart } from './survival.ts'
import type { View } from './view.ts'
import { waitedBy, waitToCome, workedBy } from './waiting.ts'

export type Cause = 'started' | 'sign' | 'time' | 'history' | 'signal' | 'wait'

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
}

/** Changes `run` in place. */
export const look = (
  run: RunningRun,
  view: View,
  { isWaiting, others }: Beside,
  cause: Cause,
  causeId: string,
): Looked => {
  const known = knownOf(run, view, others)
  const terms = termsOf(known)
  const plain = seenOf(run, view, terms)
  const addition = additionFor(run, view, plain, known)
  const seen = addition === null ? plain : { ...plain, shift: addition.shift }
  const { isClosing } = run
  const standing = { ...view.standing, isWaiting, isClosing, policy: policyOf(run.labels) }
  const verdict = judge(view.basis, seen, standing)
  const drawn = drawnIn(view, seen)
  const chance = drawn === seen ? verdict.chance : chanceAt(view.basis, drawn)
  const isAlerting = chance.low >= ALERT_LOW && verdict.level !== 'abstain'
  const isFirst = isFirstInstant(run, view)
  const isQuiet =
    (cause === 'history' || (cause === 'signal' && !isFirst)) &&
    verdict.level === run.level &&
    isAlerting === run.isAlerting &&
    Math.abs(chance.p - run.pFail) < NOTEWORTHY
  const timer = nextLook(run, view, standing, seen, verdict)
  if (isQuiet) return { effects: timer, verdict }
  const remaining = afterWait(
    remainingAt(view.basis, drawn),
    waitToCome(run, view.history.meanWait, view.now),
  )
  const forecast = forecastOf(run, view, drawn, chance, remaining, cause, causeId)
  const effects: Effect[] = [emit('ci.forecasts.v1', forecast)]
  if (passCheckpoints(run, view, seen, forecast) && addition !== null) noteLead(run, addition)
  if (verdict.level !== run.level)
    effects.push(emit('ci.decisions.v1', decisionOf(run, forecast, view, verdict, seen)))
  if (run.checkpoints.length <= LEARNT_CHECKPOINTS) run.terms = terms
  noteBelief(run, verdict)
  if (verdict.level === 'stop') run.stopSeconds ??= ageBy(run, view.now)
  if (verdict.level !== 'abstain') run.watched = true
  run.pFail = chance.p
  run.level = verdict.level
  run.isAlerting = isAlerting
  return { effects: [...effects, ...timer], verdict }
}

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
): Seen => ({
  elapsedSeconds: workedBy(run, now),
  signSeconds: run.signSeconds,
  sign: run.signs.length === 0 ? null : beliefOf(run.signs, history.signs, harmless),
  late: tellingLate(run.late, history.signs),
  rate: mixedRate(terms, learned.weights, learned.trust),
})

/**
 * The same as far as it is to be believed of the job. That is what is said of a run; stops rest on it as it was, since each
 * level of belief has a record of what it hit, and drawn in it would be another level.
 */
const drawnIn = ({ basis, slopes }: View, seen: Seen): Seen =>
  slopes.start === 1 && slopes.age === 1
    ? seen
    : { ...seen, rate: drawnStart(seen.rate, basis.usual, slopes.start), slopes }

/** What is heard at the instant at which a run starts was known at its start: siblings that ended before, most of all. */
const isFirstInstant = (run: RunningRun, { now }: View): boolean =>
  run.checkpoints.length === 0 ||
  (run.checkpoints.length === 1 && run.checkpoints[0]?.elapsed === ageBy(run, now))
/** Seconds since its start, whether it worked or waited. */
const ageBy = ({ startedAt }: RunningRun, now: number): number =>
  Math.max(0, (now - startedAt) / 1000)

/** What the record of beliefs will say of this run when it ends. */
const noteBelief = (run: RunningRun, { isCandidate, wantsStop, ground, chance }: Verdict): void => {
  if (!isCandidate) return
  const at = GROUNDS.indexOf(ground)
  run.peaks[at] = Math.max(run.peaks[at] ?? 0, chance.p)
  if (wantsStop) run.wanted[at] = true
}

/** The instants at which what is said will change: the next checkpoint, and the next bucket with another advice. */
const nextLook = (
  run: RunningRun,
  view: View,
  standing: Standing,
  seen: Seen,
  verdict: Verdict,
): Effect[] => {
  const checkpoint = run.dueSeconds.find((seconds) => seconds > seen.elapsedSeconds) ?? Infinity
  const change = nextChange(view.basis, standing, seen, verdict, checkpoint)
  const hung = view.basis.hungSeconds
  const next = Math.min(checkpoint, change, hung > seen.elapsedSeconds ? hung : Infinity)
  // While it waits its clock stands still: the end of the wait is heard.
  if (next === Infinity || run.waitingSince !== null) return []
  const due = run.startedAt + Math.ceil((next + run.waitedSeconds) * 1000)
  return [setTimer(runCell(run), Math.max(view.now + 1, due))]
}

/** The same run at one instant after another: a look asks for some dozen of them. */
type Moving = Omit<Seen, 'elapsedSeconds'> & { elapsedSeconds: number }

/** Belief moves where runs are known to have ended: it is asked after each bucket that holds one, up to `until`. */
const nextChange = (
  basis: Basis,
  standing: Standing,
  seen: Seen,
  now: Verdict,
  until: number,
): number => {
  const end = Math.min(until, longestKnown(basis))
  const isAlerting = now.chance.low >= ALERT_LOW
  const later: Moving = { ...seen }
  for (let b = bucketOf(seen.elapsedSeconds) + 1; b < BUCKETS; b += 1) {
    const t = bucketStart(b)
    if (t >= end) return Infinity
    if (!isEventful(basis, b - 1)) continue
    later.elapsedSeconds = t
    const then = judge(basis, later, standing)
    if (then.level !== now.level || then.chance.low >= ALERT_LOW !== isAlerting) return t
  }
  return Infinity
}
/** Elapsed seconds at which a run without any sign would be stopped; null for never. */
export const stopPoint = (view: View): number | null => {
  const standing = {
    ...view.standing,
    isWaiting: false,
    isClosing: false,
    policy: NO_POLICY,
  }
  const end = longestKnown(view.basis)
  for (let b = 0; b < BUCKETS && bucketStart(b) < end; b += 1) {
    if (b > 0 && !isEventful(view.basis, b - 1)) continue
    const seen = {
      elapsedSeconds: bucketStart(b),
      signSeconds: null,
      sign: null,
      rate: view.basis.rate,
    }
    if (judge(view.basis, seen, standing).level === 'stop') return bucketStart(b)
  }
  return null
}

/** What is left of the work, after what it is likely to wait yet. */
const afterWait = ({ median, low, high }: Remaining, wait: number): Remaining => ({
  median: median === null ? null : median + wait,
  low: low === null ? null : low + wait,
  high: high === null ? null : high + wait,
})

const jenkinsRemaining = (history: History, elapsed: number): number | null => {
  const { lastPasses } = history
  if (lastPasses.length === 0) return null
  const mean = lastPasses.reduce((sum, seconds) => sum + seconds, 0) / lastPasses.length
  return Math.max(0, mean - elapsed)
}

/** Returns true where what is said now is what is scored. */
const passCheckpoints = (run: RunningRun, view: View, seen: Seen, forecast: Forecast): boolean => {
  const passed = run.dueSeconds.filter((seconds) => seconds <= seen.elapsedSeconds)
  const [first] = run.checkpoints
  const isAgain = first !== undefined && isFirstInstant(run, view)
  if (isAgain) run.checkpoints[0] = passedAt(first.at, view, seen, forecast)
  if (passed.length === 0) return isAgain
  run.dueSeconds = run.dueSeconds.slice(passed.length)
  const total = run.checkpoints.length + passed.length + run.dueSeconds.length
  // Of several checkpoints passed at once only the last is forecast at its time; the others were missed.
  const index = run.checkpoints.length + passed.length - 1
  const at: Checkpoint['at'] = total === 1 ? 0 : index * 0.25
  run.checkpoints.push(passedAt(at, view, seen, forecast))
  return true
}
const passedAt = (
  at: number,
  { history, basis }: View,
  seen: Seen,
  forecast: Forecast,
): PassedCheckpoint => ({
  at,
  elapsed: forecast.elapsedSeconds,
  point: seen.sign === null ? pointOf(basis.usual, seen.rate, ageOdds(basis, seen)) : [],
  pFail: forecast.pFail,
  base: baseRate(history),
  remaining: forecast.remainingSeconds,
  remainingLow: forecast.remainingLow,
  remainingHigh: forecast.remainingHigh,
  jenkins: forecast.jenkinsRemaining,
})

/** Knots of the curve: now, then where belief moves, at most twelve, thinned evenly. */
const KNOTS = 12
const curveOf = (
  basis: Basis,
  seen: Seen,
  waitedSeconds: number,
  isWaiting: boolean,
): { curveSeconds: number[]; curvePFail: number[] } => {
  if (isWaiting)
    return {
      curveSeconds: [seen.elapsedSeconds + waitedSeconds],
      curvePFail: [pFailAt(basis, seen)],
    }
  const end = longestKnown(basis)
  const knots: number[] = []
  for (let b = bucketOf(seen.elapsedSeconds) + 1; b < BUCKETS && bucketStart(b) <= end; b += 1)
    if (isEventful(basis, b) || isEventful(basis, b - 1)) knots.push(bucketStart(b))
  const step = Math.max(1, (knots.length - 1) / (KNOTS - 2))
  const curveSeconds = [seen.elapsedSeconds]
  for (let i = 0; i < knots.length - 0.5; i += step) curveSeconds.push(knots[Math.round(i)] ?? end)
  const at: Moving = { ...seen }
  const curvePFail = curveSeconds.map((t) => {
    at.elapsedSeconds = t
    return pFailAt(basis, at)
  })
  return { curveSeconds: curveSeconds.map((t) => t + waitedSeconds), curvePFail }
}

const forecastOf = (
  run: RunningRun,
  { history, basis, model, now }: View,
  seen: Seen,
  chance: Chance,
  remaining: Remaining,
  cause: Cause,
  causeId: string,
): Forecast => ({
  eventId: derivedId(causeId, `forecast/${runCell(run)}`),
  eventAt: now,
  observedAt: now,
  source: run.source,
  repo: run.repo,
  job: run.job,
  runId: run.runId,
  attempt: run.attempt,
  elapsedSeconds: ageBy(run, now),
  pFail: chance.p,
  pFailLow: chance.low,
  pFailHigh: chance.high,
  ...curveOf(basis, seen, waitedBy(run, now), run.waitingSince !== null),
  remainingSeconds: remaining.median,
  remainingLow: remaining.low,
  remainingHigh: remaining.high,
  jenkinsRemaining: jenkinsRemaining(history, ageBy(run, now)),
  passes: basis.pass.lasting.total,
  failures: basis.fail.lasting.total,
  streak: streak(history),
  pool: basis.pool,
  cause,
  rule: ruleOf(model, seen),
})

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0)

/** What it waited for capacity, where it did. */
const waitOf = (run: RunningRun, now: number): Record<string, number> => {
  const waitedSeconds = waitedBy(run, now)
  return waitedSeconds === 0 ? {} : { waitedSeconds }
}
const decisionOf = (
  run: RunningRun,
  forecast: Forecast,
  view: View,
  verdict: Verdict,
  seen: Seen,
): Decision => ({
  eventId: derivedId(forecast.eventId, 'decision'),
  eventAt: forecast.eventAt,
  observedAt: forecast.observedAt,
  source: forecast.source,
  repo: forecast.repo,
  job: forecast.job,
  runId: forecast.runId,
  attempt: forecast.attempt,
  elapsedSeconds: forecast.elapsedSeconds,
  level: verdict.level,
  pFail: verdict.chance.p,
  pFailLow: verdict.chance.low,
  expectedSavedSeconds: verdict.expectedSavedSeconds,
  reason: verdict.reason,
  ground: verdict.level === 'abstain' ? null : verdict.ground,
  evidence: {
    passes: forecast.passes,
    failures: forecast.failures,
    streakRuns: forecast.streak,
    remainingIfFailingSeconds: verdict.failRemainingSeconds,
    rerunSeconds: verdict.rerunSeconds,
    watchedPasses: view.history.watchedPasses,
    falseStops: sum(view.history.falseStops),
    trueStops: sum(view.history.trueStops),
    formulaPFail: view.basis.rate,
    startPFail: seen.rate,
    ...(view.history.failing === null
      ? {}
      : { mendedChance: mendedChance(view.history.failing, run.startedAt) }),
    ...waitOf(run, view.now),
    ...(seen.signSeconds === null ? {} : { firstBadSignSeconds: seen.signSeconds }),
  },
  rule: forecast.rule,
})
