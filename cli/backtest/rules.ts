/**
 * What stopping by a rule would have been worth (design 8, advice: all outcomes are seen). With D a run's duration and
 * t its first stop: saved = sum over stopped failing runs of D - t; burnt = sum over stopped passing runs of t, which
 * must be run again; net = saved - burnt. The strict net charges a false stop its whole D.
 *
 * Example: failing runs of 100 s stopped at 40 s and of 200 s not stopped, passing runs of 90 s stopped at 30 s and of
 * 80 s not stopped: saved 60, burnt 30, net 30, strict net -30, precision 1/2, false stops 1/2, recall 60/300.
 */

import { bootstrap, columnOf, weighted } from './bootstrap.ts'
import type { BootstrapOptions, Column, Figure, Weights } from './bootstrap.ts'
import type { ScoredRun } from './collector.ts'
import { share, wilson } from './definitions.ts'

/** False stops a rule may make, as a share of passing runs. */
export const FALSE_STOP_BOUND = 0.01

export interface Ratio extends Figure {
  readonly numerator: number
  readonly denominator: number
}
/** One rule over one subject. Times in seconds. */
export interface RuleMeasures {
  readonly rule: string
  readonly stoppedFailing: number
  readonly stoppedPassing: number
  /** Reported, not scored: nobody knows how these would have ended. */
  readonly stoppedCensored: number
  readonly savedSeconds: Figure
  readonly burntSeconds: Figure
  readonly netSeconds: Figure
  readonly strictNetSeconds: Figure
  readonly precision: Ratio
  readonly falseStopRate: Ratio
  /** Saved seconds over the seconds of all failing runs. */
  readonly recall: Ratio
  /** Precision over the share of failing runs: what it adds to stopping as many at random. */
  readonly lift: Figure
  /** The same where as many are stopped at random in EACH job, so that picking red jobs earns nothing. */
  readonly liftWithinJobs: Figure
  /** Whether the rate of false stops is within 1 %: shown by its whole interval, met by its value only, or over. A net counts only within it. */
  readonly bound: 'shown' | 'met' | 'over' | 'no passing runs'
  /** Our net minus this rule's, on the same resamples. */
  readonly netLeadSeconds: Figure
}
export interface RuleOptions extends BootstrapOptions {
  readonly rules: readonly string[]
  /** The rule the others are compared with. */
  readonly ours: string
  /** Share of failing runs in each job, by job index. */
  readonly jobFailRates: readonly number[]
}

interface RuleColumns {
  readonly failing: Column
  readonly passing: Column
  readonly saved: Column
  readonly burnt: Column
  readonly strictBurnt: Column
  readonly expectedFailing: Column
}

/** Measures of every rule over the runs of one subject whose units are 0 to `units` - 1. */
export const ruleMeasures = (
  runs: readonly ScoredRun[],
  units: number,
  options: RuleOptions,
): RuleMeasures[] => {
  const scored = runs.filter(({ failed }) => failed !== null)
  const whole = {
    failing: columnOf(scored.map(({ unit, failed }) => [unit, failed === true ? 1 : 0])),
    passing: columnOf(scored.map(({ unit, failed }) => [unit, failed === false ? 1 : 0])),
    failedSeconds: columnOf(
      scored.map((run) => [run.unit, run.failed === true ? (run.durationSeconds ?? 0) : 0]),
    ),
  }
  const columns = options.rules.map((_, rule) => ruleColumns(scored, rule, options.jobFailRates))
  const figures = bootstrap(
    units,
    (weights) => statistics(columns, whole, options, weights),
    options,
  )
  const totals = {
    failing: total(whole.failing),
    passing: total(whole.passing),
    failedSeconds: total(whole.failedSeconds),
  }
  return options.rules.map((rule, place) =>
    rendered(rule, columns[place] ?? ruleColumns([], 0, []), totals, {
      stoppedCensored: runs.filter((run) => run.failed === null && stopBy(run, place)).length,
      figure: (name) => figures[`${rule}/${name}`] ?? { value: null, low: null, high: null },
    }),
  )
}

const stopBy = (run: ScoredRun, rule: number): ScoredRun['stops'][number] | undefined =>
  run.stops.find((stop) => stop.rule === rule)

const ruleColumns = (
  scored: readonly ScoredRun[],
  rule: number,
  rates: readonly number[],
): RuleColumns => {
  const stopped = scored.flatMap((run) => {
    const stop = stopBy(run, rule)
    return stop === undefined ? [] : [{ run, stop }]
  })
  const column = (of: (entry: (typeof stopped)[number]) => number): Column =>
    columnOf(stopped.map((entry) => [entry.run.unit, of(entry)]))
  return {
    failing: column(({ run }) => (run.failed === true ? 1 : 0)),
    passing: column(({ run }) => (run.failed === false ? 1 : 0)),
    saved: column(({ run, stop }) => (run.failed === true ? stop.savedSeconds : 0)),
    burnt: column(({ run, stop }) => (run.failed === false ? stop.burntSeconds : 0)),
    strictBurnt: column(({ run }) => (run.failed === false ? (run.durationSeconds ?? 0) : 0)),
    expectedFailing: column(({ run }) => rates[run.job] ?? 0),
  }
}

interface Whole<T> {
  readonly failing: T
  readonly passing: T
  readonly failedSeconds: T
}

const statistics = (
  columns: readonly RuleColumns[],
  whole: Whole<Column>,
  { rules, ours }: RuleOptions,
  weights: Weights,
): Record<string, number> => {
  const failing = weighted(whole.failing, weights)
  const passing = weighted(whole.passing, weights)
  const failedSeconds = weighted(whole.failedSeconds, weights)
  const values: Record<string, number> = {}
  columns.forEach((column, place) => {
    const name = rules[place] ?? ''
    const [right, wrong] = [weighted(column.failing, weights), weighted(column.passing, weights)]
    const [saved, burnt] = [weighted(column.saved, weights), weighted(column.burnt, weights)]
    const precision = share(right, right + wrong)
    values[`${name}/saved`] = saved
    values[`${name}/burnt`] = burnt
    values[`${name}/net`] = saved - burnt
    values[`${name}/strictNet`] = saved - weighted(column.strictBurnt, weights)
    values[`${name}/precision`] = precision
    values[`${name}/falseStopRate`] = share(wrong, passing)
    values[`${name}/recall`] = share(saved, failedSeconds)
    values[`${name}/lift`] = precision / share(failing, failing + passing)
    values[`${name}/liftWithinJobs`] = share(right, weighted(column.expectedFailing, weights))
  })
  for (const name of rules)
    values[`${name}/netLead`] = (values[`${ours}/net`] ?? NaN) - (values[`${name}/net`] ?? NaN)
  return values
}

const total = ({ sums }: Column): number => sums.reduce((sum, value) => sum + value, 0)

const rendered = (
  rule: string,
  columns: RuleColumns,
  whole: Whole<number>,
  parts: {
    readonly stoppedCensored: number
    readonly figure: (name: string) => Figure
  },
): RuleMeasures => {
  const { figure, stoppedCensored } = parts
  const [right, wrong] = [total(columns.failing), total(columns.passing)]
  const falseStopRate = countRatio(figure('falseStopRate'), wrong, whole.passing)
  return {
    rule,
    stoppedFailing: right,
    stoppedPassing: wrong,
    stoppedCensored,
    savedSeconds: figure('saved'),
    burntSeconds: figure('burnt'),
    netSeconds: figure('net'),
    strictNetSeconds: figure('strictNet'),
    precision: countRatio(figure('precision'), right, right + wrong),
    falseStopRate,
    recall: {
      ...figure('recall'),
      numerator: total(columns.saved),
      denominator: whole.failedSeconds,
    },
    lift: figure('lift'),
    liftWithinJobs: figure('liftWithinJobs'),
    bound: boundOf(falseStopRate),
    netLeadSeconds: figure('netLead'),
  }
}

/**
 * A ratio of counts with the wider of two intervals at each end: the bootstrap knows that runs come in groups, and
 * Wilson's knows that none of few is not never.
 */
export const countRatio = (figure: Figure, numerator: number, denominator: number): Ratio => {
  const fixed = wilson(numerator, denominator)
  return {
    numerator,
    denominator,
    value: figure.value,
    low: fixed === null ? null : Math.min(fixed.low, figure.low ?? 1),
    high: fixed === null ? null : Math.max(fixed.high, figure.high ?? 0),
  }
}

const boundOf = ({ value, high }: Ratio): RuleMeasures['bound'] => {
  if (value === null || high === null) return 'no passing runs'
  if (value > FALSE_STOP_BOUND) return 'over'
  return high <= FALSE_STOP_BOUND ? 'shown' : 'met'
}
