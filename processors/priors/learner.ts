/**
 * Learns online how much each term of a forecast is worth in a community: Bayesian logistic regression, one Newton step a
 * run (`stopping/regression.ts`), which forgets as it goes. Cost: 2·10² additions a run.
 */

import { learnedRate, mixedRate, sane, START_VARIANCES, START_WEIGHTS } from '../stopping/refine.ts'
import { fromLogOdds } from '../stopping/odds.ts'
import { step } from '../stopping/regression.ts'

/** Runs of one push fail together: each tells half of what an independent one would. */
const RUN_WEIGHT = 0.5
/** Knowledge of a weight halves in 700 runs without evidence, and never becomes less than at first. */
const FORGET = 0.999
/** Trust looks back some 200 runs, strain some 20. */
const TRUST_FORGET = 0.995
const STRAIN_FORGET = 0.95

export interface Learner {
  weights: number[]
  /** Row by row. */
  covariance: number[]
  /** Decayed log likelihood ratio of the learned terms to the formula alone. */
  trust: number
  /** Decayed mean of what happened minus what was forecast. */
  strain: number
}
export const newLearner = (): Learner => ({
  weights: [...START_WEIGHTS],
  covariance: START_VARIANCES.flatMap((variance, i) =>
    START_VARIANCES.map((_, j) => (i === j ? variance : 0)),
  ),
  trust: 0,
  strain: 0,
})

/** Changes the learner by one finished run. Example: terms [1, 0, ...] and a failure move the constant up. */
export const learn = (learner: Learner, terms: readonly number[], failed: boolean): void => {
  // Told, or learned, by a version with other terms.
  if (terms.length !== START_WEIGHTS.length) return
  if (learner.weights.length !== terms.length) Object.assign(learner, newLearner())
  const actual = failed ? 1 : 0
  const learned = learnedRate(terms, learner.weights)
  const formula = sane(fromLogOdds(terms[1] ?? 0))
  const forecast = mixedRate(terms, learner.weights, learner.trust)
  const ratio = failed ? learned / formula : (1 - learned) / (1 - formula)
  learner.trust = TRUST_FORGET * learner.trust + RUN_WEIGHT * Math.log(ratio)
  learner.strain = STRAIN_FORGET * learner.strain + (1 - STRAIN_FORGET) * (actual - forecast)
  step(learner, terms, {
    ...{ error: actual - learned, forecast: learned, weight: RUN_WEIGHT },
    ...{ forget: FORGET, variances: START_VARIANCES },
  })
}
