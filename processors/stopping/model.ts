/** What a model adds to the formula: asked where a forecast is scored, and wherever it is listened to. Pure. */

import { askedOf } from '../processor.ts'
import { featuresOf, type Instant } from './features.ts'
import { shareOf } from './lead.ts'
import { fromLogOdds, logOdds } from './odds.ts'
import type { RunningRun } from './state.ts'

/** No model moves the odds by more than twenty to one. */
const LIMIT = 3

/** Chance to fail of the formula's log odds and what a model adds: nothing where that is no number. Example: 0 and ln 3 give .75. */
export const refined = (base: number, score: number): number =>
  fromLogOdds(base + (Number.isNaN(score) ? 0 : Math.min(LIMIT, Math.max(-LIMIT, score))))

export interface Addition {
  /** What is added to the formula's log odds: none while the model has no share. */
  readonly shift: number
  /** Log likelihood of the model minus that of the formula, for either end. */
  readonly leadIfFailed: number
  readonly leadIfPassed: number
}

/**
 * Asks the model of the view, if there is one that is listened to or `isScored`. The two are mixed as chances.
 * Example: the formula says .5, the model adds ln 3 (.75) and has a share of one half: .625, a shift of .51.
 */
export const additionOf = (instant: Instant, isScored: boolean): Addition | null => {
  const { view, formula, run, seen } = instant
  const { history, pooledLead } = view
  const model = askedOf(view.model, run.startedAt)
  if (model === undefined) return null
  const share = shareOf(history.lead, pooledLead, model.version)
  if (share === 0 && !isScored) return null
  const score = model.score(featuresOf(instant), { run, elapsedSeconds: seen.elapsedSeconds })
  const base = logOdds(formula)
  const chance = refined(base, score)
  return {
    shift: share === 0 ? 0 : logOdds(share * chance + (1 - share) * formula) - base,
    leadIfFailed: Math.log(chance / formula),
    leadIfPassed: Math.log((1 - chance) / (1 - formula)),
  }
}

/** Counts what was said at a checkpoint that was just passed. What comes at the first instant replaces what was said there. */
export const noteLead = (run: RunningRun, { leadIfFailed, leadIfPassed }: Addition): void => {
  const isFirst = run.checkpoints.length === 1
  run.leadIfFailed = leadIfFailed + (isFirst ? 0 : run.leadIfFailed)
  run.leadIfPassed = leadIfPassed + (isFirst ? 0 : run.leadIfPassed)
}

/** What the model knew more than the formula of a run that has ended, in nats: the mean over its checkpoints. */
export const natsOf = (run: RunningRun, failed: boolean): number =>
  (failed ? run.leadIfFailed : run.leadIfPassed) / run.checkpoints.length
