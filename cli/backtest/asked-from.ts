/** Of what a back-test asked the models: not of what they were fitted on, as far as it is known by its name. */

import type { Models } from '../../processors/processor.ts'
import { dayText } from './format.ts'

/** Name and version of a model, and the instant (ms) from which on a run or pull request must have begun; null where it is asked of all. */
export interface AskedFrom {
  readonly model: string
  readonly version: string
  readonly atMs: number | null
}

export const askedFrom = (models: Models): AskedFrom[] =>
  Object.entries(models).map(([model, { version, notBefore }]) => ({
    model,
    version,
    atMs: notBefore ?? null,
  }))

/** Only what concerns these models. Example: `askedFromText(askedFrom(models), 'stopping')`. */
export const askedFromText = (all: readonly AskedFrom[], name: string): string[] =>
  all.flatMap(({ model, version, atMs }) =>
    model !== name || atMs === null
      ? []
      : [
          `The model ${model} ${version} was fitted on the part before ${dayText(atMs)}: it is asked only of what began from then on.`,
        ],
  )

/** The same of models that were fitted on nothing of this name: whether the name is right only the user can know. */
export const askedOfAllText = (all: readonly AskedFrom[], name: string): string[] =>
  all.flatMap(({ model, version, atMs }) =>
    model !== name || atMs !== null
      ? []
      : [
          `The model ${model} ${version} was fitted on no set of this name and is asked of all: a copy of one under another name (trainedOn in its scores.json) would grade its memory.`,
        ],
  )
