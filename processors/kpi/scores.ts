/**
 * What is counted of a score: `score/<class>`, `score/rule/<field>/<rule>`, `score/at/<percent>/<field>`,
 * `score/at/<percent>/bin/<bin>/<field>`, `score/skill/<product>`, `score/remaining/<field>`.
 */

import type {
  Checkpoint,
  CheckpointMeasure,
  RuleMeasure,
  RuleScore,
  Score,
} from '../../schemas/events.ts'
import { add, MILLION, type Counters } from './counters.ts'

/** Bins of pFail, of equal width. */
export const BINS = 20
/** The checkpoint that stands for the others where one number is wanted: half the median passing duration. */
export const HALF = 50
/** Nearer to 0 or 1 no forecast is believed: the log loss stays finite. */
const SURE = 1e-6

const millionths = (value: number): number => Math.round(value * MILLION)
const ms = (seconds: number): number => Math.round(seconds * 1000)

export const isScoreCounter = (name: string): boolean => name.startsWith('score/')

/** The counters of one score. A run without a class counts as censored and in nothing else. */
export const countScore = (score: Score): Counters => {
  const into: Counters = {}
  if (score.failed === null) {
    add(into, 'score/censored', 1)
    return into
  }
  const duration = ms(score.durationSeconds ?? 0)
  add(into, score.failed ? 'score/failing' : 'score/passing', 1)
  add(into, score.failed ? 'score/failingMs' : 'score/passingMs', duration)
  for (const rule of score.rules) countRule(rule, score.failed, duration, into)
  for (const check of score.checkpoints) countCheckpoint(check, score.failed ? 1 : 0, into)
  return into
}

interface RuleNames {
  readonly n: string
  readonly stoppedFailing: string
  readonly stoppedPassing: string
  readonly savedMs: string
  readonly burntMs: string
  readonly strictMs: string
}
/** Names are made once: joining strings for each score would cost more than counting. */
const memo = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new Map<K, V>()
  return (key) => {
    let value = made.get(key)
    if (value === undefined) made.set(key, (value = make(key)))
    return value
  }
}
const ruleNames = memo((rule: string): RuleNames => ({
  n: `score/rule/n/${rule}`,
  stoppedFailing: `score/rule/stoppedFailing/${rule}`,
  stoppedPassing: `score/rule/stoppedPassing/${rule}`,
  savedMs: `score/rule/savedMs/${rule}`,
  burntMs: `score/rule/burntMs/${rule}`,
  strictMs: `score/rule/strictMs/${rule}`,
}))

const countRule = (rule: RuleScore, failed: boolean, duration: number, into: Counters): void => {
  const names = ruleNames(rule.rule)
  add(into, names.n, 1)
  if (rule.stopSeconds === null) return
  if (failed) {
    add(into, names.stoppedFailing, 1)
    add(into, names.savedMs, ms(rule.savedSeconds))
  } else {
    add(into, names.stoppedPassing, 1)
    add(into, names.burntMs, ms(rule.burntSeconds))
    add(into, names.strictMs, duration)
  }
}

const checkNames = memo((percent: number) => ({
  n: `score/at/${percent}/n`,
  brier: `score/at/${percent}/brier`,
  base: `score/at/${percent}/base`,
  loss: `score/at/${percent}/loss`,
  bins: Array.from({ length: BINS }, (_, bin) => ({
    n: `score/at/${percent}/bin/${bin}/n`,
    p: `score/at/${percent}/bin/${bin}/p`,
    failed: `score/at/${percent}/bin/${bin}/failed`,
  })),
}))

const countCheckpoint = (check: Checkpoint, failed: 0 | 1, into: Counters): void => {
  const percent = Math.round(check.at * 100)
  const names = checkNames(percent)
  const bin = names.bins[Math.min(BINS - 1, Math.floor(check.pFail * BINS))]
  if (bin === undefined) return
  const error = (check.pFail - failed) ** 2
  const baseError = (check.base - failed) ** 2
  const told = Math.max(SURE, failed === 1 ? check.pFail : 1 - check.pFail)
  add(into, names.n, 1)
  add(into, names.brier, millionths(error))
  add(into, names.base, millionths(baseError))
  add(into, names.loss, millionths(-Math.log(told)))
  add(into, bin.n, 1)
  add(into, bin.p, millionths(check.pFail))
  add(into, bin.failed, failed)
  if (percent === HALF) countHalf(check, error, baseError, into)
}

/** The totals of one checkpoint. */
export const checkOf = (counters: Counters, percent: number): CheckpointMeasure => {
  const names = checkNames(percent)
  const of = (name: string): number => counters[name] ?? 0
  return {
    at: percent / 100,
    n: of(names.n),
    brier: of(names.brier) / MILLION,
    baseBrier: of(names.base) / MILLION,
    logLoss: of(names.loss) / MILLION,
    binCount: names.bins.map((bin) => of(bin.n)),
    binForecast: names.bins.map((bin) => of(bin.p) / MILLION),
    binFailed: names.bins.map((bin) => of(bin.failed)),
  }
}

/** The totals of one rule. */
export const ruleOf = (counters: Counters, rule: string): RuleMeasure => {
  const names = ruleNames(rule)
  const of = (name: string): number => counters[name] ?? 0
  return {
    rule,
    stoppedFailing: of(names.stoppedFailing),
    stoppedPassing: of(names.stoppedPassing),
    savedSeconds: of(names.savedMs) / 1000,
    burntSeconds: of(names.burntMs) / 1000,
    strictBurntSeconds: of(names.strictMs) / 1000,
  }
}

const countHalf = (check: Checkpoint, error: number, baseError: number, into: Counters): void => {
  add(into, 'score/skill/own2', millionths(error * error))
  add(into, 'score/skill/both', millionths(error * baseError))
  add(into, 'score/skill/base2', millionths(baseError * baseError))
  const { remaining, remainingLow, remainingHigh, jenkins, actual } = check
  if (remaining === null || jenkins === null) return
  const isCovered =
    remainingLow !== null && remainingHigh !== null
      ? remainingLow <= actual && actual <= remainingHigh
      : false
  add(into, 'score/remaining/n', 1)
  add(into, 'score/remaining/errorMs', ms(Math.abs(remaining - actual)))
  add(into, 'score/remaining/jenkinsMs', ms(Math.abs(jenkins - actual)))
  add(into, 'score/remaining/covered', isCovered ? 1 : 0)
}
