/**
 * What the plain formula does not know of a run at its start: streaks, the change's own history, siblings, and how its
 * community and the cluster it runs on fare. Each is a term on the scale of log odds; how much it is worth is learned online
 * per community (`processors/priors/learner.ts`), starting from nothing, so that a community where a term says nothing keeps
 * the formula.
 */

import type { Prior } from '../../schemas/events.ts'
import { fromLogOdds, logOdds } from './odds.ts'

/** What the terms are made of. */
export interface Known {
  /** The formula's chance to fail. */
  readonly rate: number
  /** Failures in a row (positive) or passes in a row (negative) of the job. */
  readonly streak: number
  /** Decayed failures and runs of the job on the same change: pull request or branch. */
  readonly changeFailures: number
  readonly changeRuns: number
  /** Failures among the ended siblings of its group beyond what was expected of them. */
  readonly siblings: number
  /** How much more the community failed of late than was forecast. */
  readonly strain: number
  readonly isRetry: boolean
  /** Weight of the troubles of the place where it runs. */
  readonly trouble: number
}

/**
 * Weights before anything was learned: the formula, and of each other term a round figure of the size that communities came
 * to. Where a community starts from hardly matters: `node test/support/start-weights.ts` prints what each recording gives
 * from these, from nothing, and from weights learned on the others.
 */
export const START_WEIGHTS: readonly number[] = [0, 1, 0.2, 0.1, 0.2, 0.3, 0.3, 0.2, 0, 0]
/**
 * How far each weight may be off at first (variances). The constant moves little, and the formula's own weight down to what
 * it is worth where it is too sure; streaks are long numbers, the others about one. Troubles
 * of a cluster are rare and may be loud.
 */
export const START_VARIANCES: readonly number[] = [0.1, 0.1, 0.05, 0.05, 0.3, 0.3, 0.3, 0.3, 0.3, 1]

/** Nothing is surer than one in five hundred. */
const SURE = 0.002
/** No term of a change speaks louder than odds of twenty to one. */
const CHANGE_LIMIT = 3
const STRAIN_LIMIT = 2
/** Strain is a mean error of chances: some hundredths where all is well, a third in a mass failure. */
const STRAIN_SCALE = 3

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))
export const sane = (p: number): number => clamp(p, SURE, 1 - SURE)

/**
 * The terms, in the order of the weights: constant, formula, failing streak, passing streak, change, siblings that did
 * worse or better than expected, strain, retry, troubles of its cluster.
 * Example: rate .5, three failures in a row, nothing else known: [1, 0, 1.10, 0, 0, 0, 0, 0, 0, 0].
 */
export const termsOf = (known: Known): number[] => {
  const rate = sane(known.rate)
  const change = (known.changeFailures + rate) / (known.changeRuns + 1)
  return [
    1,
    logOdds(rate),
    known.streak > 0 ? Math.log(known.streak) : 0,
    known.streak < 0 ? Math.log(-known.streak) : 0,
    clamp(logOdds(sane(change)) - logOdds(rate), -CHANGE_LIMIT, CHANGE_LIMIT),
    Math.log1p(Math.max(0, known.siblings)),
    -Math.log1p(Math.max(0, -known.siblings)),
    clamp(known.strain * STRAIN_SCALE, -STRAIN_LIMIT, STRAIN_LIMIT),
    known.isRetry ? 1 : 0,
    Math.log1p(known.trouble),
  ]
}

/** Log odds by which the learned terms are trusted over the formula before either was scored. */
const TRUST_AT_FIRST = 1

/**
 * The chance to fail by the learned weights, mixed with the formula's by how right each was for the community:
 * `trust` is the decayed sum of their log likelihood ratios.
 */
export const mixedRate = (
  terms: readonly number[],
  weights: readonly number[],
  trust: number,
): number => {
  const formula = fromLogOdds(terms[1] ?? 0)
  if (weights.length === 0) return formula
  const share = fromLogOdds(trust + TRUST_AT_FIRST)
  return sane(share * learnedRate(terms, weights) + (1 - share) * formula)
}
export const learnedRate = (terms: readonly number[], weights: readonly number[]): number => {
  let odds = 0
  for (let i = 0; i < terms.length; i += 1) odds += (terms[i] ?? 0) * (weights[i] ?? 0)
  return sane(fromLogOdds(odds))
}

/** What a community has learned of its terms; empty weights where nothing yet. */
export type Learned = Pick<Prior, 'weights' | 'trust' | 'strain'>
export const NOTHING_LEARNED: Learned = { weights: [], trust: 0, strain: 0 }
