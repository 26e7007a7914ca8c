/**
 * How far what is said of a job's runs is to be believed. Rates of the last runs stray too far where a job tosses a coin, and
 * ages speak too loudly where few runs are known; how much too far is learned per job from how its runs ended,
 * whatever the reason: logistic regression of the end on what was said at the checkpoints, without a constant, so that the
 * rate itself is none of its business (Cox 1958, followed online). Pure.
 */

import { fromLogOdds, logOdds } from './odds.ts'
import { sane } from './refine.ts'
import { step, type Regression } from './regression.ts'

export interface Slopes {
  /** Of the start's log odds about what is usual for the job. 1 believes in full, 0 not at all. */
  readonly start: number
  /** Of the log odds that age adds. */
  readonly age: number
}
export const BELIEVED: Slopes = { start: 1, age: 1 }

/** What slopes are learned from: log odds of what is usual, what the start adds to them, and what age adds to that. */
export type Point = readonly number[]
export const pointOf = (usual: number, start: number, ageOdds: number): Point => {
  const anchor = logOdds(sane(usual))
  return [anchor, logOdds(sane(start)) - anchor, ageOdds]
}

/** The start's chance as far as it is believed. Example: .9 where .5 is usual, at slope .5: odds of 3, .75. */
export const drawnStart = (start: number, usual: number, slope: number): number => {
  if (slope === 1) return start
  const anchor = logOdds(sane(usual))
  return fromLogOdds(anchor + slope * (logOdds(sane(start)) - anchor))
}

/** A slope may be off by a third at first (variance). */
const VARIANCES = [0.1, 0.1]
/** Runs of one push fail together: each tells half of what an independent one would, shared out over its checkpoints. */
const RUN_WEIGHT = 0.5
/** What is known of a slope is half as sure after 700 runs without evidence. */
const FORGET = 0.999
/** Trust looks back some 200 runs; slopes start where the formula is, so they are trusted a little from the start. */
const TRUST_FORGET = 0.995
const TRUST_AT_FIRST = 1
/** No slope turns evidence round. None takes it for more than was said either: to say less is the safe side. */
const LEAST = 0
const MOST = 1

/** Weights are those of {@link Slopes}, in its order. */
export interface SlopeLearner extends Regression {
  /** Decayed log likelihood ratio of the slopes to full belief. */
  trust: number
}
export const newSlopes = (): SlopeLearner => ({
  weights: [1, 1],
  covariance: [0.1, 0, 0, 0.1],
  trust: 0,
})

const chanceOf = (
  [usual = 0, start = 0, age = 0]: Point,
  [ofStart = 1, ofAge = 1]: Point,
): number => sane(fromLogOdds(usual + ofStart * start + ofAge * age))

/** What is known after one more run. Example: starts of .9 where .5 is usual, of which half fail: the start's slope falls. */
export const afterPoints = (
  known: SlopeLearner,
  points: readonly Point[],
  failed: boolean,
): SlopeLearner => {
  if (points.length === 0) return known
  const weight = RUN_WEIGHT / points.length
  const next = { ...known, weights: [...known.weights], covariance: [...known.covariance] }
  next.trust *= TRUST_FORGET
  for (const point of points) {
    const [learned, plain] = [chanceOf(point, known.weights), chanceOf(point, [])]
    next.trust += weight * Math.log(failed ? learned / plain : (1 - learned) / (1 - plain))
    const forecast = chanceOf(point, next.weights)
    step(next, point.slice(1), {
      ...{ error: (failed ? 1 : 0) - forecast, forecast, weight },
      ...{ forget: FORGET, variances: VARIANCES },
    })
  }
  return next
}

/**
 * The slopes as far as they are likelier than full belief to be right.
 * Example: .5 was learned, which was as right as full belief (trust 0): 1 − .73·.5 = .63.
 */
export const slopesOf = ({ weights, trust }: SlopeLearner): Slopes => {
  const share = fromLogOdds(trust + TRUST_AT_FIRST)
  const of = (weight = 1): number => 1 + share * (Math.min(MOST, Math.max(LEAST, weight)) - 1)
  return { start: of(weights[0]), age: of(weights[1]) }
}
