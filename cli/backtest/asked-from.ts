/** Models that a back-test did not ask of everything, since they were fitted on what it replays. */

import type { Models } from '../../processors/processor.ts'
import { dayText } from './format.ts'

/** Name and version of a model, and the instant (ms) from which on a run or pull request must have begun. */
export interface AskedFrom {
  readonly model: string
  readonly version: string
  readonly atMs: number
}

export const askedFrom = (models: Models): AskedFrom[] =>
  Object.entries(models).flatMap(([model, { version, notBefore: atMs }]) =>
    atMs === undefined ? [] : [{ model, version, atMs }],
  )

/** Only what concerns these models. Example: `askedFromText(askedFrom(models), 'stopping')`. */
export const askedFromText = (all: readonly AskedFrom[], name: string): string[] =>
  all
    .filter(({ model }) => model === name)
    .map(
      ({ model, version, atMs }) =>
        `The model ${model} ${version} was fitted on the part before ${dayText(atMs)}: it is asked only of what began from then on.`,
    )
