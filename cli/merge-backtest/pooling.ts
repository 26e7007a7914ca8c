/**
 * What partial pooling gives a repository that is new: its pull requests, by how many it had opened before, forecast with what the
 * other repositories told and without. Each repository is left to itself in turn, and whole ones are resampled: pull requests of one
 * are not independent.
 */

import { key } from '../../schemas/keys.ts'
import { bootstrap, drawsAmong, drawsOf, type Figure, type Weights } from '../backtest/bootstrap.ts'
import { baselinesOf } from './baselines.ts'
import type { Opening } from './collector.ts'

/** Pull requests of a repository by their place in order of opening, first and last. */
const SPANS = [
  [1, 19],
  [20, 39],
  [40, 99],
  [100, Infinity],
] as const
/** The 20th is the one from which forecasts must be useful. */
const NAMED = 20
/** A repository that others could teach: so many of theirs had ended when its 20th pull request was opened. */
const TAUGHT = 200

export interface PoolingMeasures {
  /** Repositories with a 20th pull request, after the others had ended 200. */
  readonly repositories: number
  /** Those with a 20th that came before there was anything to learn from others. */
  readonly tooEarly: number
  readonly spans: readonly PoolingSpan[]
  /** The pull requests 20 to 39 of each repository, by name. */
  readonly each: readonly RepositoryErrors[]
}
/** Mean absolute error of log(1 + seconds) of merged pull requests at the opening; `difference` below 0: pooling is better. */
interface PoolingSpan {
  readonly first: number
  /** Null: the rest. */
  readonly last: number | null
  readonly repositories: number
  readonly merged: number
  readonly pooled: Figure
  readonly alone: Figure
  readonly median: Figure
  readonly difference: Figure
  /** Share of merges inside the 80 % interval. Unit: ratio 0..1. */
  readonly covered: { readonly pooled: Figure; readonly alone: Figure }
}
interface RepositoryErrors {
  readonly repository: string
  readonly merged: number
  readonly pooled: number
  readonly alone: number
  readonly median: number
}
/** A merged pull request, told both ways. */
interface Case {
  readonly unit: number
  readonly place: number
  readonly pooled: number
  readonly alone: number
  readonly median: number
  readonly isInside: number
  readonly isInsideAlone: number
}

const nameOf = ({ forecast: { source, repo } }: Opening): string => key(source, repo)
const pullOf = (opening: Opening): string => key(nameOf(opening), String(opening.forecast.pull))

/** `alone` are the same pull requests as forecast without what other repositories told. */
export const poolingMeasures = (
  openings: readonly Opening[],
  alone: readonly Opening[],
  { resamples, seed = 1 }: { readonly resamples: number; readonly seed?: number },
): PoolingMeasures => {
  const { cases, taught, tooEarly } = casesOf(openings, alone)
  const draws = drawsOf(taught.length, { resamples, seed })
  const spans = SPANS.map(([first, last]): PoolingSpan => {
    const own = cases.filter(({ place }) => place >= first && place <= last)
    const units = new Set(own.map(({ unit }) => unit))
    const mean = (valueOf: (one: Case) => number) => (weights: Weights) => {
      let [sum, n] = [0, 0]
      for (const one of own) {
        sum += (weights[one.unit] ?? 0) * valueOf(one)
        n += weights[one.unit] ?? 0
      }
      return n > 0 ? sum / n : null
    }
    const { isInside, isInsideAlone, ...errors } = bootstrap(
      drawsAmong(draws, units),
      (weights) => ({
        pooled: mean((one) => one.pooled)(weights),
        alone: mean((one) => one.alone)(weights),
        median: mean((one) => one.median)(weights),
        difference: mean((one) => one.pooled - one.alone)(weights),
        isInside: mean((one) => one.isInside)(weights),
        isInsideAlone: mean((one) => one.isInsideAlone)(weights),
      }),
    )
    return {
      ...{ first, last: last === Infinity ? null : last },
      ...{ repositories: units.size, merged: own.length, ...errors },
      covered: { pooled: isInside, alone: isInsideAlone },
    }
  })
  return { repositories: taught.length, tooEarly, spans, each: eachOf(cases, taught) }
}

/** Merged pull requests of repositories that others could teach. */
const casesOf = (
  openings: readonly Opening[],
  alone: readonly Opening[],
): {
  readonly cases: readonly Case[]
  readonly taught: readonly string[]
  readonly tooEarly: number
} => {
  const baselines = baselinesOf(openings)
  const byPull = new Map(alone.map((opening) => [pullOf(opening), opening.forecast]))
  const places = new Map<string, number>()
  const taught: string[] = []
  let tooEarly = 0
  const all = openings.map((opening, i) => {
    const name = nameOf(opening)
    const place = (places.get(name) ?? 0) + 1
    places.set(name, place)
    const known = baselines[i]
    if (place === NAMED)
      if ((known?.endedElsewhere ?? 0) >= TAUGHT) taught.push(name)
      else tooEarly += 1
    return { opening, name, place, median: known?.repository ?? 0 }
  })
  taught.sort()
  const units = new Map(taught.map((name, unit) => [name, unit]))
  const cases = all.flatMap(({ opening, name, place, median }): Case[] => {
    const { forecast, score } = opening
    const other = byPull.get(pullOf(opening))
    const unit = units.get(name)
    if (unit === undefined || other === undefined || score?.merged !== true) return []
    const { seconds } = score
    const off = (logTime: number): number => Math.abs(logTime - Math.log1p(seconds))
    const middle = ({ quantiles }: Opening['forecast']): number => Math.log1p(quantiles['p50'] ?? 0)
    const isInside = ({ quantiles: { p10 = 0, p90 = 0 } }: Opening['forecast']): number =>
      Number(seconds >= p10 && seconds <= p90)
    return [
      {
        ...{ unit, place, median: off(median) },
        ...{ pooled: off(middle(forecast)), alone: off(middle(other)) },
        ...{ isInside: isInside(forecast), isInsideAlone: isInside(other) },
      },
    ]
  })
  return { cases, taught, tooEarly }
}

const eachOf = (cases: readonly Case[], names: readonly string[]): RepositoryErrors[] => {
  const [first, last] = SPANS[1]
  return names.flatMap((repository, unit) => {
    const own = cases.filter((one) => one.unit === unit && one.place >= first && one.place <= last)
    const mean = (valueOf: (one: Case) => number): number =>
      own.reduce((sum, one) => sum + valueOf(one), 0) / own.length
    return own.length === 0
      ? []
      : [
          {
            ...{ repository, merged: own.length, pooled: mean((one) => one.pooled) },
            ...{ alone: mean((one) => one.alone), median: mean((one) => one.median) },
          },
        ]
  })
}
