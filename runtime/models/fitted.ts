/** What a version was fitted on, as its training wrote down: a back-test over the same recording would grade its memory. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '../../processors/processor.ts'
import { ModelFileError } from './onnx-file.ts'

/** A part of `scores.json`: spans in time by the name of the set. Lines of logs have none. */
interface Fitted {
  readonly trainedOn?: Readonly<Record<string, Span | number | null>>
}
interface Span {
  readonly untilMs?: number
  /** Other views of the same recording: they tell of the same runs. */
  readonly alsoAs?: readonly string[]
}

/**
 * The model, not asked of what began before it had been fitted on any of these recordings to its end. `folder` is that of its
 * version, `sets` are the names of the recordings. Throws {@link ModelFileError} where what it was
 * fitted on cannot be read.
 * Example: fitted on bitcoin-ci till 24 September, it is asked from then on where bitcoin-ci is replayed, and always elsewhere.
 */
export const unseen = (model: Model, folder: string, sets: ReadonlySet<string>): Model => {
  const ends = Object.entries(fittedOf(folder).trainedOn ?? {}).flatMap(([set, span]) =>
    typeof span === 'object' && span !== null && [set, ...(span.alsoAs ?? [])].some((name) => sets.has(name))
      ? (span.untilMs ?? Infinity)
      : [],
  )
  return ends.length === 0 ? model : { ...model, notBefore: Math.max(...ends) }
}

const fittedOf = (folder: string): Fitted => {
  const path = join(folder, 'scores.json')
  if (!existsSync(path)) return {}
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Fitted | null) ?? {}
  } catch (error) {
    throw new ModelFileError(`scores.json: ${String(error)}`)
  }
}
