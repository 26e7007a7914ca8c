/**
 * How right forecasts of time to merge were. Each was made from what had been heard at its instant; the first 70 % of the
 * pull requests, by opening, are left out of the figures, so that all rules have learned alike.
 */

import type { MergeScore } from '../../schemas/events.ts'
import { bootstrap, drawsOf, type Figure, type Weights } from '../backtest/bootstrap.ts'
import { baselinesOf, type Baselines } from './baselines.ts'
import type { Opening } from './collector.ts'
import { aucOf } from './ranking.ts'

const WARM_UP = 0.7
const DAY_MS = 86_400_000
export type MergeRule = 'ours' | 'author' | 'repository' | 'global'
/** Ages at which the error is told, in hours. */
const AGES = [0, 1, 4, 16, 64, 256] as const

export interface MergeMeasures {
  readonly pulls: number
  readonly scored: number
  readonly merged: number
  readonly closed: number
  /** Mean absolute error of log(1 + seconds) of merged pull requests at the opening. */
  readonly error: Readonly<Record<MergeRule, Figure>>
  /** Ours minus each baseline, paired: below 0 ours is better. */
  readonly difference: Readonly<Record<Exclude<MergeRule, 'ours'>, Figure>>
  /** Share of merges inside the 80 % interval, told at the opening. */
  readonly covered: Figure
  /** Merged against closed, ours beside the author's merged share so far. */
  readonly auc: { readonly ours: Figure; readonly author: Figure }
  readonly brier: { readonly ours: Figure; readonly author: Figure }
  /** Hit the class of ten, and at most one beside it; classes are the repository's deciles as known at the opening. */
  readonly classes: { readonly exact: Figure; readonly withinOne: Figure }
  readonly ages: readonly AgeMeasure[]
  /** The 20th to the 100th pull request of each repository, over the whole span. */
  readonly early: {
    readonly n: number
    readonly ours: number | null
    readonly repository: number | null
  }
}
/** Merged pull requests that were still open at an age: error of the forecast of the opening and of that age. */
export interface AgeMeasure {
  readonly hours: number
  readonly n: number
  readonly atOpening: number | null
  readonly atAge: number | null
  readonly covered: number | null
}
interface Ended {
  readonly unit: number
  readonly score: MergeScore
  readonly forecast: Opening['forecast']
  readonly baselines: Baselines
}

const errorOf = (seconds: number, { score }: Ended): number =>
  Math.abs(Math.log1p(seconds) - Math.log1p(score.seconds))
const errorsOf = (ended: Ended): Record<MergeRule, number> => {
  const { author, repository, global } = ended.baselines
  const actual = Math.log1p(ended.score.seconds)
  return {
    ours: errorOf(ended.forecast.quantiles['p50'] ?? 0, ended),
    author: Math.abs(author - actual),
    repository: Math.abs(repository - actual),
    global: Math.abs(global - actual),
  }
}

/** Mean over cases, each as often as its unit was drawn. */
const meanBy = <T extends { readonly unit: number }>(
  cases: readonly T[],
  weights: Weights,
  valueOf: (one: T) => number,
): number | null => {
  let [sum, n] = [0, 0]
  for (const one of cases) {
    const weight = weights[one.unit] ?? 0
    sum += weight * valueOf(one)
    n += weight
  }
  return n > 0 ? sum / n : null
}
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

const classOf = (deciles: readonly number[], seconds: number): number =>
  deciles.filter((bound) => seconds >= bound).length
/** How many classes the likeliest one is off. */
const classesOff = ({ forecast, score }: Ended): number => {
  const { classes, deciles } = forecast
  return Math.abs(classes.indexOf(Math.max(...classes)) - classOf(deciles, score.seconds))
}

const ageMeasure = (merged: readonly Ended[], hours: number): AgeMeasure => {
  const alive = merged.flatMap((ended) => {
    const { looks, seconds } = ended.score
    const said = looks.findLast(({ elapsedSeconds }) => elapsedSeconds <= hours * 3600 + 1)
    const [first] = looks
    return seconds < hours * 3600 || said === undefined || first === undefined
      ? []
      : [{ ended, said, first }]
  })
  return {
    hours,
    n: alive.length,
    atOpening: mean(alive.map(({ ended, first }) => errorOf(first.p50, ended))),
    atAge: mean(alive.map(({ ended, said }) => errorOf(said.p50, ended))),
    covered: mean(alive.map(({ ended, said }) => (isInside(ended.score.seconds, said) ? 1 : 0))),
  }
}
const isInside = (seconds: number, { p10, p90 }: { p10: number; p90: number }): boolean =>
  seconds >= p10 && seconds <= p90

const earlyOf = (openings: readonly Opening[], baselines: readonly Baselines[]) => {
  const places = new Map<string, number>()
  const early = openings.flatMap(({ forecast, score }, i): Ended[] => {
    const place = (places.get(forecast.repo) ?? 0) + 1
    places.set(forecast.repo, place)
    const known = baselines[i]
    return place < 20 || place > 100 || score?.merged !== true || known === undefined
      ? []
      : [{ unit: 0, score, forecast, baselines: known }]
  })
  return {
    n: early.length,
    ours: mean(early.map((ended) => errorsOf(ended).ours)),
    repository: mean(early.map((ended) => errorsOf(ended).repository)),
  }
}

/** Pull requests of the last 30 % that ended, by the day of their opening. */
const endedOf = (openings: readonly Opening[], baselines: readonly Baselines[]): Ended[] => {
  const days = new Map<number, number>()
  return openings.flatMap(({ forecast, score }, i): Ended[] => {
    const known = baselines[i]
    if (i < WARM_UP * openings.length || score === null || known === undefined) return []
    const day = Math.floor(forecast.openedAt / DAY_MS)
    const unit = days.get(day) ?? days.size
    days.set(day, unit)
    return [{ unit, score, forecast, baselines: known }]
  })
}

/** Measures of collected pull requests; days are resampled. */
export const mergeMeasures = (
  openings: readonly Opening[],
  { resamples, seed = 1 }: { readonly resamples: number; readonly seed?: number },
): MergeMeasures => {
  const baselines = baselinesOf(openings)
  const ended = endedOf(openings, baselines)
  const merged = ended.filter(({ score }) => score.merged)
  const errors = merged.map((each) => ({ unit: each.unit, ...errorsOf(each) }))
  const classed = merged.filter(({ forecast }) => forecast.classes.length > 0)
  const draws = drawsOf(Math.max(0, ...ended.map(({ unit }) => unit + 1)), { resamples, seed })
  const figures = bootstrap(draws, (weights) => {
    const error = (rule: MergeRule) => meanBy(errors, weights, (each) => each[rule])
    const less = (rule: MergeRule) => meanBy(errors, weights, (each) => each.ours - each[rule])
    const off = (most: number) =>
      meanBy(classed, weights, (each) => (classesOff(each) <= most ? 1 : 0))
    const covered = ({ score, forecast: { quantiles } }: Ended): number =>
      isInside(score.seconds, { p10: quantiles['p10'] ?? 0, p90: quantiles['p90'] ?? 0 }) ? 1 : 0
    return {
      ...{ ours: error('ours'), author: error('author') },
      ...{ repository: error('repository'), global: error('global') },
      ...{ lessAuthor: less('author'), lessRepository: less('repository') },
      ...{ lessGlobal: less('global'), covered: meanBy(merged, weights, covered) },
      ...{ exact: off(0), withinOne: off(1) },
      ...chances(ended, weights),
    }
  })
  return {
    pulls: openings.length,
    scored: ended.length,
    merged: merged.length,
    closed: ended.length - merged.length,
    error: {
      ...{ ours: figures.ours, author: figures.author },
      ...{ repository: figures.repository, global: figures.global },
    },
    difference: {
      ...{ author: figures.lessAuthor, repository: figures.lessRepository },
      global: figures.lessGlobal,
    },
    covered: figures.covered,
    auc: { ours: figures.auc, author: figures.authorAuc },
    brier: { ours: figures.brier, author: figures.authorBrier },
    classes: { exact: figures.exact, withinOne: figures.withinOne },
    ages: AGES.map((hours) => ageMeasure(merged, hours)),
    early: earlyOf(openings, baselines),
  }
}

/** How well merged and closed are told apart at the opening; nothing where all were merged. */
const chances = (ended: readonly Ended[], weights: Weights) => {
  const isBoth = new Set(ended.map(({ score }) => score.merged)).size === 2
  const auc = (chanceOf: (one: Ended) => number): number | null =>
    isBoth
      ? aucOf(
          ended.map((one) => ({ ...one, chance: chanceOf(one), isTrue: one.score.merged })),
          weights,
        )
      : null
  const brier = (chanceOf: (one: Ended) => number): number | null =>
    isBoth
      ? meanBy(ended, weights, (one) => (chanceOf(one) - (one.score.merged ? 1 : 0)) ** 2)
      : null
  const ours = ({ forecast }: Ended): number => forecast.pMerge
  const author = ({ baselines }: Ended): number => baselines.authorShare
  return {
    ...{ auc: auc(ours), authorAuc: auc(author) },
    ...{ brier: brier(ours), authorBrier: brier(author) },
  }
}
