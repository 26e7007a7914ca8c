/**
 * What another policy would have been worth: history replayed over what is stored with each ended run. Pure.
 *
 * It rests on the forecasts at the stored checkpoints (0, 25 ... 125 % of the median pass) and on nothing else, so a stop
 * comes at the first checkpoint that asks for one: later than the pipeline's, which looks whenever something is heard.
 * It asks no permission, which our own rule has to earn, so that little keeps it from stopping passing runs. What it does
 * not know: how a run would have ended whose stop was acted on (no class, not scored), and that a stop taken would have
 * changed later forecasts, which learned from the end of that run.
 *
 * Example, both runs of one job, a false stop costing nothing: a failing run of 1,000 s is forecast .4 at 0 s, .8 at 200 s
 * and .95 at 400 s, a passing one of 900 s .75 at 200 s. Threshold .7 stops both at 200 s: saved 800, burnt 200, net 600,
 * strict net 800 - 900 = -100. Threshold .9 stops the failing one alone, at 400 s: saved 600, net 600, no false stop.
 */

import type { RuleMeasure, RuleScore, Score } from './events.ts'
import { jobKey, runKey } from './keys.ts'

export interface WhatIfPolicy {
  /** Chance to fail from which a run is stopped. Unit: ratio. */
  readonly threshold: number
  /** Share of a job's own would-be stops that must have been right so far, 0 for any. Unit: ratio. */
  readonly precisionFloor: number
  /** What a false stop costs: 1 the rerun, 2 as much again for whoever waits, 0 nothing. Unit: whole runs of the job. */
  readonly falseStopReruns: number
  /** A stop must be expected to be worth so much. */
  readonly leastSavedSeconds: number
}
/**
 * The costs of our own rule (a false stop costs a rerun and as much delay again) at a high threshold: where the page begins.
 * It is not our rule.
 */
export const USUAL_POLICY: WhatIfPolicy = {
  threshold: 0.92,
  precisionFloor: 0,
  falseStopReruns: 2,
  leastSavedSeconds: 0,
}
/** Thresholds of the cost curve: .50, .51 ... .99. */
export const THRESHOLDS: readonly number[] = Array.from({ length: 50 }, (_, i) => (50 + i) / 100)

/** A stored forecast; its remaining time is the median over both outcomes. */
interface PastForecast {
  readonly elapsedSeconds: number
  readonly pFail: number
  readonly remainingSeconds: number
}
/** An ended run as the replay needs it. */
export interface PastRun {
  /** Its key; empty where runs are not listed. */
  readonly run: string
  readonly job: string
  readonly failed: boolean | null
  readonly durationSeconds: number | null
  readonly startMs: number
  /** When its end was heard. */
  readonly heardMs: number
  /** In order of elapsed time; without those that know no remaining time, and with none of a run of unknown duration. */
  readonly forecasts: readonly PastForecast[]
  /** When each rule stopped it. */
  readonly stops: readonly PastStop[]
}
type PastStop = Readonly<Pick<RuleScore, 'rule' | 'stopSeconds'>>
/** What a policy would have been worth at one threshold. */
export interface WhatIfPoint extends RuleMeasure {
  readonly threshold: number
  /** Reported, not scored: nobody knows how these would have ended. */
  readonly stoppedCensored: number
}
/** A run that a policy would have stopped, and how long after its start. */
interface WouldStop {
  readonly run: PastRun
  readonly stopSeconds: number
}
export interface WhatIf {
  readonly passing: number
  readonly failing: number
  readonly censored: number
  readonly passingSeconds: number
  readonly failedSeconds: number
  /** Runs with a stored forecast that the replay could use. */
  readonly forecast: number
  /** By rising threshold. */
  readonly points: readonly WhatIfPoint[]
  /** What each rule decided while the same runs ran. */
  readonly rules: readonly RuleMeasure[]
  /** The runs stopped at the threshold whose runs are listed, in order of their start. */
  readonly stopped: readonly WouldStop[]
}
export interface Replay {
  /** Takes the runs in order of their start. */
  add(run: PastRun): void
  result(): WhatIf
}

/** The run behind a score. */
export const pastRun = (score: Score): PastRun => {
  const { durationSeconds, failed, startedAt, eventAt, observedAt, checkpoints, rules } = score
  return {
    run: runKey(score),
    job: jobKey(score),
    failed,
    durationSeconds,
    startMs: startedAt ?? eventAt,
    heardMs: observedAt,
    forecasts:
      durationSeconds === null
        ? []
        : checkpoints.flatMap(({ pFail, remaining, actual }) =>
            remaining === null
              ? []
              : { elapsedSeconds: durationSeconds - actual, pFail, remainingSeconds: remaining },
          ),
    stops: rules.map(({ rule, stopSeconds }) =>
      stopSeconds === null ? unstoppedBy(rule) : { rule, stopSeconds },
    ),
  }
}

/** Most rules stop no run: one object for all of those, since many runs are held. */
const unstopped = new Map<string, PastStop>()
const unstoppedBy = (rule: string): PastStop => {
  const stop = unstopped.get(rule) ?? { rule, stopSeconds: null }
  unstopped.set(rule, stop)
  return stop
}

/**
 * Seconds a stop is expected to be worth: p·rest - (1 - p)·reruns·(elapsed + rest).
 * Example: p .9, 600 s gone, 1,200 s to go, 2 reruns: .9·1,200 - .1·2·1,800 = 720 s.
 */
export const expectedWorth = (
  { pFail, elapsedSeconds, remainingSeconds }: PastForecast,
  falseStopReruns: number,
): number =>
  pFail * remainingSeconds - (1 - pFail) * falseStopReruns * (elapsedSeconds + remainingSeconds)

/**
 * Seconds saved minus what false stops are charged in whole runs; at 1 it is the strict net.
 * Example: 900 saved, a passing run of 400 s stopped, 2 reruns: 900 - 800 = 100.
 */
export const chargedNet = (rule: RuleMeasure, falseStopReruns: number): number =>
  rule.savedSeconds - falseStopReruns * rule.strictBurntSeconds

const emptyRule = (rule: string): RuleMeasure => ({
  rule,
  stoppedFailing: 0,
  stoppedPassing: 0,
  savedSeconds: 0,
  burntSeconds: 0,
  strictBurntSeconds: 0,
})

/** How a job's would-be stops turned out, and those whose end has not been heard. */
interface JobRecord {
  right: number
  wrong: number
  pending: readonly { readonly heardMs: number; readonly failed: boolean }[]
}

/**
 * Replays a policy at each threshold. Where the policy has a precision floor, a job is stopped only while its own would-be
 * stops, of runs whose end had been heard when this one started, were right often enough; one without any may be stopped.
 * Those go on being counted, so a job that is let alone comes back. The runs stopped at the threshold `listed` are listed.
 */
export const createReplay = (
  policy: Omit<WhatIfPolicy, 'threshold'>,
  thresholds: readonly number[] = THRESHOLDS,
  listed?: number,
): Replay => {
  const stopped: WouldStop[] = []
  const points = [...thresholds]
    .sort((a, b) => a - b)
    .map((threshold) => ({ ...emptyRule('what-if'), threshold, stoppedCensored: 0 }))
  const records = points.map(() => new Map<string, JobRecord>())
  const rules = new Map<string, RuleMeasure>()
  const whole = {
    passing: 0,
    failing: 0,
    censored: 0,
    passingSeconds: 0,
    failedSeconds: 0,
    forecast: 0,
  }
  const isAllowed = (place: number, run: PastRun): boolean => {
    if (policy.precisionFloor <= 0) return true
    const record = recordOf(records[place], run)
    const share = record.right / (record.right + record.wrong)
    if (run.failed !== null)
      record.pending = [...record.pending, { heardMs: run.heardMs, failed: run.failed }]
    return Number.isNaN(share) || share >= policy.precisionFloor
  }
  return {
    add(run) {
      countRun(whole, run)
      for (const stop of run.stops) countStop(ruleOf(rules, stop.rule), run, stop.stopSeconds)
      const worthwhile = run.forecasts.filter((forecast) => {
        const worth = expectedWorth(forecast, policy.falseStopReruns)
        return worth > 0 && worth >= policy.leastSavedSeconds
      })
      let next = 0
      for (const [place, point] of points.entries()) {
        // What is below one threshold is below the next.
        while ((worthwhile[next]?.pFail ?? 1) < point.threshold) next += 1
        const found = worthwhile[next]
        if (found === undefined) return
        if (!isAllowed(place, run)) continue
        if (run.failed === null) point.stoppedCensored += 1
        if (point.threshold === listed) stopped.push({ run, stopSeconds: found.elapsedSeconds })
        countStop(point, run, found.elapsedSeconds)
      }
    },
    result: () => ({ ...whole, points, rules: [...rules.values()], stopped }),
  }
}

/** The record of the run's job as it was when the run started. */
const recordOf = (
  records: Map<string, JobRecord> | undefined,
  { job, startMs }: PastRun,
): JobRecord => {
  const record = records?.get(job) ?? { right: 0, wrong: 0, pending: [] }
  records?.set(job, record)
  const heard = record.pending.filter(({ heardMs }) => heardMs <= startMs)
  for (const { failed } of heard)
    if (failed) record.right += 1
    else record.wrong += 1
  record.pending = record.pending.filter(({ heardMs }) => heardMs > startMs)
  return record
}

const ruleOf = (rules: Map<string, RuleMeasure>, name: string): RuleMeasure => {
  const rule = rules.get(name) ?? emptyRule(name)
  rules.set(name, rule)
  return rule
}

type Counted = Record<Exclude<keyof WhatIf, 'points' | 'rules' | 'stopped'>, number>

const countRun = (whole: Counted, { failed, durationSeconds, forecasts }: PastRun): void => {
  if (forecasts.length > 0) whole.forecast += 1
  if (failed === null) whole.censored += 1
  else if (failed) {
    whole.failing += 1
    whole.failedSeconds += durationSeconds ?? 0
  } else {
    whole.passing += 1
    whole.passingSeconds += durationSeconds ?? 0
  }
}

const countStop = (
  rule: RuleMeasure,
  { failed, durationSeconds }: PastRun,
  stopSeconds: number | null,
): void => {
  if (stopSeconds === null || durationSeconds === null || failed === null) return
  if (failed) {
    rule.stoppedFailing += 1
    rule.savedSeconds += durationSeconds - stopSeconds
  } else {
    rule.stoppedPassing += 1
    rule.burntSeconds += stopSeconds
    rule.strictBurntSeconds += durationSeconds
  }
}
