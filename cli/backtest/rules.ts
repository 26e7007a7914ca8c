/**
 * What stopping by a rule would have been worth (design 8, advice: all outcomes are seen). With D a run's duration and
 * t its first stop: saved = sum over stopped failing runs of D - t; burnt = sum over stopped passing runs of t, which
 * must be run again; net = saved - burnt. The strict net charges a false stop its whole D.
 *
 * Example: failing runs of 100 s stopped at 40 s and of 200 s not stopped, passing runs of 90 s stopped at 30 s and of
 * 80 s not stopped: saved 60, burnt 30, net 30, strict net -30, precision 1/2, false stops 1/2, recall 60/300.
 */

import type { RuleMeasure } from '../../schemas/events.ts'
import {
  falseStopRate,
  lift,
  net,
  OUR_RULE,
  precision,
  ratio,
  recall,
  share,
  strictNet,
} from '../../schemas/measures.ts'
import type { Ratio } from '../../schemas/measures.ts'
import { bootstrap, columnOf, weighted } from './bootstrap.ts'
import type { Column, Draws, Figure, Weights } from './bootstrap.ts'
import type { ScoredRun } from './collector.ts'

/** False stops a rule may make, as a share of passing runs. */
export const FALSE_STOP_BOUND = 0.01
/**
 * A ceiling for rules that wait for a failed step, no rival: that step all but knows the verdict. Only who stops before it can
 * save more.
 */
export const CEILING_RULE = 'first-failed-step'
/** The name of a rule as a plot writes it. */
export const plottedName = (rule: string): string =>
  rule === CEILING_RULE ? `${rule} (ceiling)` : rule

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
export interface RuleOptions {
  readonly rules: readonly string[]
  /** Share of failing runs in each job, by job index. */
  readonly jobFailRates: readonly number[]
}

interface RuleColumns {
  readonly stoppedFailing: Column
  readonly stoppedPassing: Column
  readonly saved: Column
  readonly burnt: Column
  readonly strictBurnt: Column
  readonly expectedFailing: Column
}
interface Whole {
  readonly failing: number
  readonly passing: number
  readonly failedSeconds: number
}

/** Measures of every rule over the runs of one subject, whose units are those of the draws. */
export const ruleMeasures = (
  runs: readonly ScoredRun[],
  draws: Draws,
  options: RuleOptions,
): RuleMeasures[] => {
  const scored = runs.filter(({ failed }) => failed !== null)
  const columns = options.rules.map((_, place) => ruleColumns(scored, place, options.jobFailRates))
  const wholeAt = remembered(wholeOf(scored))
  const ours = columns[options.rules.indexOf(OUR_RULE)]
  const ourNetAt = remembered((weights) =>
    ours === undefined ? null : net(totalsAt(OUR_RULE, ours, weights)),
  )
  const everything = new Uint8Array(draws.units).fill(1)
  return columns.map((column, place) => {
    const rule = options.rules[place] ?? ''
    const figures = bootstrap(draws, (weights) => {
      const totals = totalsAt(rule, column, weights)
      const expected = weighted(column.expectedFailing, weights)
      return statistics(totals, expected, wholeAt(weights), ourNetAt(weights))
    })
    return {
      ...rendered(totalsAt(rule, column, everything), wholeAt(everything), figures),
      stoppedCensored: runs.filter((run) => run.failed === null && stopBy(run, place)).length,
    }
  })
}

/** Computes once for each resample what every rule asks of it. */
const remembered = <T>(of: (weights: Weights) => T): ((weights: Weights) => T) => {
  const known = new Map<Weights, T>()
  return (weights) => {
    const value = known.has(weights) ? (known.get(weights) as T) : of(weights)
    known.set(weights, value)
    return value
  }
}

const wholeOf = (scored: readonly ScoredRun[]): ((weights: Weights) => Whole) => {
  const column = (of: (run: ScoredRun) => number): Column =>
    columnOf(scored.map((run) => [run.unit, of(run)]))
  const failing = column(({ failed }) => (failed === true ? 1 : 0))
  const passing = column(({ failed }) => (failed === false ? 1 : 0))
  const seconds = column((run) => (run.failed === true ? (run.durationSeconds ?? 0) : 0))
  return (weights) => ({
    failing: weighted(failing, weights),
    passing: weighted(passing, weights),
    failedSeconds: weighted(seconds, weights),
  })
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
    stoppedFailing: column(({ run }) => (run.failed === true ? 1 : 0)),
    stoppedPassing: column(({ run }) => (run.failed === false ? 1 : 0)),
    saved: column(({ run, stop }) => (run.failed === true ? stop.savedSeconds : 0)),
    burnt: column(({ run, stop }) => (run.failed === false ? stop.burntSeconds : 0)),
    strictBurnt: column(({ run }) => (run.failed === false ? (run.durationSeconds ?? 0) : 0)),
    expectedFailing: column(({ run }) => rates[run.job] ?? 0),
  }
}

const totalsAt = (rule: string, columns: RuleColumns, weights: Weights): RuleMeasure => ({
  rule,
  stoppedFailing: weighted(columns.stoppedFailing, weights),
  stoppedPassing: weighted(columns.stoppedPassing, weights),
  savedSeconds: weighted(columns.saved, weights),
  burntSeconds: weighted(columns.burnt, weights),
  strictBurntSeconds: weighted(columns.strictBurnt, weights),
})

type StatisticName =
  | 'saved'
  | 'burnt'
  | 'net'
  | 'strictNet'
  | 'precision'
  | 'falseStopRate'
  | 'recall'
  | 'lift'
  | 'liftWithinJobs'
  | 'netLead'

const statistics = (
  rule: RuleMeasure,
  expectedFailing: number,
  whole: Whole,
  ourNet: number | null,
): Record<StatisticName, number | null> => ({
  saved: rule.savedSeconds,
  burnt: rule.burntSeconds,
  net: net(rule),
  strictNet: strictNet(rule),
  precision: precision(rule).value,
  falseStopRate: falseStopRate(whole, rule).value,
  recall: recall(whole, rule),
  lift: lift(whole, rule),
  liftWithinJobs: share(rule.stoppedFailing, expectedFailing),
  netLead: ourNet === null ? null : ourNet - net(rule),
})

const rendered = (
  totals: RuleMeasure,
  whole: Whole,
  figures: Readonly<Record<StatisticName, Figure>>,
): Omit<RuleMeasures, 'stoppedCensored'> => {
  const falseStops = widened(falseStopRate(whole, totals), figures.falseStopRate)
  return {
    rule: totals.rule,
    stoppedFailing: totals.stoppedFailing,
    stoppedPassing: totals.stoppedPassing,
    savedSeconds: figures.saved,
    burntSeconds: figures.burnt,
    netSeconds: figures.net,
    strictNetSeconds: figures.strictNet,
    precision: widened(precision(totals), figures.precision),
    falseStopRate: falseStops,
    recall: {
      ...figures.recall,
      numerator: totals.savedSeconds,
      denominator: whole.failedSeconds,
    },
    lift: figures.lift,
    liftWithinJobs: figures.liftWithinJobs,
    bound: boundOf(falseStops),
    netLeadSeconds: figures.netLead,
  }
}

/** A ratio of counts with its figure from the bootstrap. */
export const countRatio = (figure: Figure, numerator: number, denominator: number): Ratio =>
  widened(ratio(numerator, denominator), figure)

/** The wider of two intervals at each end: the bootstrap knows that runs come in groups, Wilson's that none of few is not never. */
const widened = (counted: Ratio, figure: Figure): Ratio =>
  counted.low === null || counted.high === null
    ? counted
    : {
        ...counted,
        low: Math.min(counted.low, figure.low ?? 1),
        high: Math.max(counted.high, figure.high ?? 0),
      }

const boundOf = ({ value, high }: Ratio): RuleMeasures['bound'] => {
  if (value === null || high === null) return 'no passing runs'
  if (value > FALSE_STOP_BOUND) return 'over'
  return high <= FALSE_STOP_BOUND ? 'shown' : 'met'
}
