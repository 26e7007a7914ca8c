/** What is counted of a score, and the totals of a rule or a checkpoint out of the counters. */

import type {
  Checkpoint,
  CheckpointMeasure,
  RuleMeasure,
  RuleScore,
  Score,
} from '../../schemas/events.ts'
import { add, countOf, MILLION, placeOf, type Counters } from './counters.ts'
import { BIN, binId, BINS, CHECK, checkId, ID, indexOfRule, RULE, ruleId } from './names.ts'

/** The checkpoint that stands for the others where one number is wanted: half the median passing duration. */
export const HALF = 50
/** Nearer to 0 or 1 no forecast is believed: the log loss stays finite. */
const SURE = 1e-6

const millionths = (value: number): number => Math.round(value * MILLION)
const ms = (seconds: number): number => Math.round(seconds * 1000)

/**
 * The counters of one score. A run without a class counts as censored and in nothing else. Rules that the subject has not
 * seen are added to `rules`.
 */
export const countScore = (score: Score, rules: string[]): Counters => {
  const into: Counters = []
  if (score.failed === null) {
    add(into, ID['score/censored'], 1)
    return into
  }
  const duration = ms(score.durationSeconds ?? 0)
  add(into, ID[score.failed ? 'score/failing' : 'score/passing'], 1)
  add(into, ID[score.failed ? 'score/failingMs' : 'score/passingMs'], duration)
  if (!score.failed) add(into, ID['score/unseenPasses'], millionths(score.weight - 1))
  for (const check of score.checkpoints) countCheckpoint(check, score.failed ? 1 : 0, into)
  for (const rule of score.rules)
    countRule(rule, ruleId(indexOfRule(rule.rule, rules)), score.failed, duration, into)
  return into
}

const countRule = (
  rule: RuleScore,
  id: number,
  failed: boolean,
  duration: number,
  into: Counters,
): void => {
  add(into, id + RULE.n, 1)
  if (rule.stopSeconds === null) return
  if (failed) {
    add(into, id + RULE.stoppedFailing, 1)
    add(into, id + RULE.savedMs, ms(rule.savedSeconds))
  } else {
    add(into, id + RULE.stoppedPassing, 1)
    add(into, id + RULE.burntMs, ms(rule.burntSeconds))
    add(into, id + RULE.strictMs, duration)
  }
}

const countCheckpoint = (check: Checkpoint, failed: 0 | 1, into: Counters): void => {
  const percent = Math.min(999, Math.round(check.at * 100))
  const error = (check.pFail - failed) ** 2
  const baseError = (check.base - failed) ** 2
  const told = Math.max(SURE, failed === 1 ? check.pFail : 1 - check.pFail)
  if (percent === HALF) countHalf(check, error, baseError, into)
  const id = checkId(percent)
  add(into, id + CHECK.n, 1)
  add(into, id + CHECK.brier, millionths(error))
  add(into, id + CHECK.base, millionths(baseError))
  add(into, id + CHECK.loss, millionths(-Math.log(told)))
  const bin = binId(percent, Math.min(BINS - 1, Math.floor(check.pFail * BINS)))
  add(into, bin + BIN.n, 1)
  add(into, bin + BIN.p, millionths(check.pFail))
  add(into, bin + BIN.failed, failed)
}

const countHalf = (check: Checkpoint, error: number, baseError: number, into: Counters): void => {
  add(into, ID['score/skill/own2'], millionths(error * error))
  add(into, ID['score/skill/both'], millionths(error * baseError))
  add(into, ID['score/skill/base2'], millionths(baseError * baseError))
  const { remaining, remainingLow, remainingHigh, jenkins, actual } = check
  if (remaining === null || jenkins === null) return
  const isCovered =
    remainingLow !== null && remainingHigh !== null
      ? remainingLow <= actual && actual <= remainingHigh
      : false
  add(into, ID['score/remaining/n'], 1)
  add(into, ID['score/remaining/errorMs'], ms(Math.abs(remaining - actual)))
  add(into, ID['score/remaining/jenkinsMs'], ms(Math.abs(jenkins - actual)))
  add(into, ID['score/remaining/covered'], isCovered ? 1 : 0)
}

/** The totals of one checkpoint; `percent` of the median passing duration. */
export const checkOf = (counters: Readonly<Counters>, percent: number): CheckpointMeasure => {
  const id = checkId(percent)
  const binCount = new Array<number>(BINS).fill(0)
  const binForecast = new Array<number>(BINS).fill(0)
  const binFailed = new Array<number>(BINS).fill(0)
  const first = binId(percent, 0)
  const end = placeOf(counters, binId(percent, BINS))
  for (let at = placeOf(counters, first); at < end; at += 2) {
    const field = ((counters[at] ?? 0) - first) % 3
    const bin = ((counters[at] ?? 0) - first - field) / 3
    const amount = counters[at + 1] ?? 0
    if (field === BIN.n) binCount[bin] = amount
    else if (field === BIN.p) binForecast[bin] = amount / MILLION
    else binFailed[bin] = amount
  }
  return {
    at: percent / 100,
    n: countOf(counters, id + CHECK.n),
    brier: countOf(counters, id + CHECK.brier) / MILLION,
    baseBrier: countOf(counters, id + CHECK.base) / MILLION,
    logLoss: countOf(counters, id + CHECK.loss) / MILLION,
    binCount,
    binForecast,
    binFailed,
  }
}

/** The totals of one rule; all zero for one that the subject has not seen. */
export const ruleOf = (
  counters: Readonly<Counters>,
  rules: readonly string[],
  rule: string,
): RuleMeasure => {
  const index = rules.indexOf(rule)
  const of = (field: number): number => (index < 0 ? 0 : countOf(counters, ruleId(index) + field))
  return {
    rule,
    stoppedFailing: of(RULE.stoppedFailing),
    stoppedPassing: of(RULE.stoppedPassing),
    savedSeconds: of(RULE.savedMs) / 1000,
    burntSeconds: of(RULE.burntMs) / 1000,
    strictBurntSeconds: of(RULE.strictMs) / 1000,
  }
}
