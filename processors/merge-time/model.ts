/**
 * What is learned of pull requests, in a repository and in a community alike: how long they take (location), whether their
 * end is a merge (outcome), and how their ends spread about the location (life table).
 */

import { START_VARIANCES, START_WEIGHTS } from './features.ts'
import {
  countEnd,
  intensitiesOf,
  newLifeTable,
  START_INTENSITIES,
  type LifeTable,
} from './life-table.ts'
import { dot, learnLinear, newLinear, type Linear } from './linear.ts'
import { START_LEVEL, START_SCALE } from './past.ts'

/** Variance of one log time about its forecast, and the error beyond which one more day says nothing more. */
const NOISE = 3
const MAX_ERROR = 2.5
/** Knowledge of a weight halves in some 2,000 merges without evidence. */
const KEEP = 0.9997
/** Odds of a merge where nothing is known: 5.5 of 6.5. */
const START_ODDS = 1.7
/** How far weights of a repository may be off those of its community. */
const OWN_VARIANCE = 0.5

/** What a narrower model starts from. */
export interface Start {
  readonly location: readonly number[]
  readonly outcome: readonly number[]
  readonly level: number
  readonly scale: number
  readonly intensities: readonly number[]
  /** Ended pull requests it rests on. */
  readonly pulls: number
}
export const PLAIN_START: Start = {
  location: START_WEIGHTS,
  outcome: [START_ODDS, ...START_WEIGHTS.slice(1).map(() => 0), 0, 0],
  level: START_LEVEL,
  scale: START_SCALE,
  intensities: START_INTENSITIES,
  pulls: 0,
}
const OUTCOME_VARIANCES: readonly number[] = [1, ...START_VARIANCES.slice(1), 0.3, 0.3]
const shareOf = (variances: readonly number[], share: number): number[] =>
  variances.map((variance) => variance * share)

export interface Model {
  location: Linear
  outcome: Linear
  table: LifeTable
}
/** A model at its start; one that leans on a community keeps closer to it. */
export const newModel = (start: Start): Model => {
  const share = start.pulls > 0 ? OWN_VARIANCE : 1
  return {
    location: newLinear(start.location, shareOf(START_VARIANCES, share)),
    outcome: newLinear(start.outcome, shareOf(OUTCOME_VARIANCES, share)),
    table: newLifeTable(),
  }
}

/** Expected log(1 + seconds) from opening to merge. */
export const locate = ({ location }: Pick<Model, 'location'>, x: readonly number[]): number =>
  dot(location.weights, x)

/** How an end at z looks to the outcome model: the older, the likelier it is a close. */
const withAge = (x: readonly number[], z: number): number[] => [...x, z / 3, (z / 3) ** 2]
/** Log odds are kept in ±8. */
const sane = (odds: number): number => Math.min(8, Math.max(-8, odds))
const logistic = (odds: number): number => 1 / (1 + Math.exp(-sane(odds)))

/** Share of ends at z that are merges, as a function of z. */
export const mergeShareOf = (
  { outcome }: Pick<Model, 'outcome'>,
  x: readonly number[],
): ((z: number) => number) => {
  const fixed = dot(outcome.weights, x)
  const [first = 0, second = 0] = outcome.weights.slice(x.length)
  return (z) => logistic(fixed + first * (z / 3) + second * (z / 3) ** 2)
}

export interface Ended {
  readonly x: readonly number[]
  readonly isMerged: boolean
  readonly logTime: number
  /** Its end on its own scale. */
  readonly z: number
}
/** Learns from one ended pull request. The life table has watched it already. */
export const learn = (model: Model, { x, isMerged, logTime, z }: Ended): void => {
  const aged = withAge(x, z)
  const odds = sane(dot(model.outcome.weights, aged))
  const forecast = logistic(odds)
  const information = Math.max(1e-3, forecast * (1 - forecast))
  const error = ((isMerged ? 1 : 0) - forecast) / information
  learnLinear(model.outcome, {
    ...{ x: aged, error, information, keep: KEEP },
    variances: OUTCOME_VARIANCES,
  })
  countEnd(model.table, z)
  if (!isMerged) return
  const off = logTime - locate(model, x)
  learnLinear(model.location, {
    ...{ x, information: 1 / NOISE, keep: KEEP, variances: START_VARIANCES },
    error: Math.min(MAX_ERROR, Math.max(-MAX_ERROR, off)),
  })
}

/** The intensities of a model that leans on what it started from. */
export const ratesOf = ({ table }: Pick<Model, 'table'>, start: Start): number[] =>
  intensitiesOf(table, start.intensities)
