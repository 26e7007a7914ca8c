/**
 * What a trained model adds to the formula's log time to merge, and how far a repository listens to it: not at all until
 * it was righter than the formula there. Pure.
 */

import type { Model } from '../processor.ts'
import { FEATURES } from './features.ts'

/** How right the model was beside the formula in one repository: decayed merges and nats, of one version of it. */
export interface Lead {
  readonly model: string
  readonly merges: number
  readonly nats: number
}
export const NO_LEAD: Lead = { model: '', merges: 0, nats: 0 }

/** No model moves the expected time by more than a factor of 4.5; the same limit stands in training/merge_time.py. */
const LIMIT = 1.5
/** A repository looks back some 300 merges. Pull requests of one day are alike: each tells half of what it would alone. */
const FORGET = 0.997
const MERGE_WEIGHT = 0.5
/** Less evidence than this, in nats, is none. */
const LEAST_EVIDENCE = 0.05

/** Names are told apart by number where several rows of the table of features carry one. */
const uniqueNames = (names: readonly string[]): string[] =>
  names.map((name, place) => {
    const before = names.slice(0, place).filter((other) => other === name).length
    return before === 0 ? name : `${name} ${before + 1}`
  })
/** Features of the model: what the formula expects and how sure it is, then its own features. */
export const TRAINED_FEATURES: readonly { readonly name: string; readonly doc: string }[] = [
  { name: 'formula', doc: 'Expected log(1 + seconds) from opening to merge, as the formula says.' },
  { name: 'scale', doc: 'Mean absolute error of the formula so far, in log time.' },
  ...uniqueNames(FEATURES.map(({ name }) => name)).map((name) => ({
    name,
    doc: `As the formula reads it: ${name}.`,
  })),
]
export const TRAINED_NAMES: readonly string[] = TRAINED_FEATURES.map(({ name }) => name)

/** What the model is asked. */
export interface Asked {
  readonly formula: number
  readonly scale: number
  readonly x: readonly number[]
}
/** What it adds to the log time, within {@link LIMIT}; `of` is what the features are of. */
export const shiftBy = (model: Model, { formula, scale, x }: Asked, of: object): number =>
  limited(model.score(Float32Array.of(formula, scale, ...x), of))
/** An answer that is no number adds nothing. */
export const limited = (score: number): number =>
  Number.isNaN(score) ? 0 : Math.min(LIMIT, Math.max(-LIMIT, score))

/**
 * The lead after one more merge: errors as Laplace has them, so that a nat is one scale of absolute error. Another version
 * starts afresh. Example: scale 2, errors 1.5 by the formula and .5 by the model: half a nat, of which half counts, .25.
 */
export const leadAfter = (
  lead: Lead,
  model: string,
  errors: { readonly formula: number; readonly model: number; readonly scale: number },
): Lead => {
  const known = lead.model === model ? lead : NO_LEAD
  const nats = (Math.abs(errors.formula) - Math.abs(errors.model)) / errors.scale
  return {
    model,
    merges: known.merges * FORGET + 1,
    nats: known.nats * FORGET + MERGE_WEIGHT * nats,
  }
}

/** The share of its word that is taken: tanh(evidence / 2). Example: 1 nat ahead, .46; behind, none. */
export const shareOf = (lead: Lead, model: string): number =>
  lead.model !== model || lead.nats < LEAST_EVIDENCE ? 0 : Math.tanh(lead.nats / 2)
