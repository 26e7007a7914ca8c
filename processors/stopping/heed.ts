/**
 * How far a job goes by what is said beside its own rate: streaks, its change, its siblings, its community. What these are worth
 * is learned per community, and jobs differ: of one that tosses a coin siblings say nothing. So the two starts are
 * mixed by how right each was for the job (exponentially weighted forecaster with log loss: Vovk 1990). Pure.
 */

import { fromLogOdds, logOdds } from './odds.ts'
import { sane } from './refine.ts'

/** Log odds of a start with the terms, and of the rate alone, both moved by what age adds. */
export interface Starts {
  readonly termed: number
  readonly plain: number
}
export const startsOf = (termed: number, plain: number, ageOdds: number): Starts => ({
  termed: logOdds(sane(termed)) + ageOdds,
  plain: logOdds(sane(plain)) + ageOdds,
})

/** Runs of one push fail together: each tells half of what an independent one would, shared out over its checkpoints. */
const RUN_WEIGHT = 0.5
/** Heed looks back some 200 runs. */
const FORGET = 0.995
/** Before the job has told anything the terms are right seven times as likely: the community was asked already. */
const AT_FIRST = 2

/**
 * The decayed log likelihood ratio of the terms to the rate alone after one more run.
 * Example: none, then a pass of which .8 was said with the terms and .5 without: .5·ln(.2 / .5) = −.46.
 */
export const heedAfter = (heed: number, said: readonly Starts[], failed: boolean): number => {
  let nats = 0
  for (const { termed, plain } of said) {
    const [withThem, without] = [sane(fromLogOdds(termed)), sane(fromLogOdds(plain))]
    nats += Math.log(failed ? withThem / without : (1 - withThem) / (1 - without))
  }
  return FORGET * heed + (said.length === 0 ? 0 : (RUN_WEIGHT * nats) / said.length)
}

/** The start that a job goes by. Example: .8 with the terms, .5 without, heed 0: .88·.8 + .12·.5 = .76. */
export const heeded = (termed: number, plain: number, heed: number): number => {
  const share = fromLogOdds(heed + AT_FIRST)
  return share * termed + (1 - share) * plain
}
