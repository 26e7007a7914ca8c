/** A model that adds nothing and writes down what it is asked: the training table is made by the code that serves. */

import type { Model } from '../../processors/processor.ts'
import { FEATURE_NAMES } from '../../processors/stopping/features.ts'
import { runKey } from '../../schemas/keys.ts'
import type { RunRef } from '../../schemas/events.ts'

/** What was asked of one run at one instant. */
interface Asked {
  readonly elapsedSeconds: number
  readonly features: Float32Array
}
export interface Watching {
  readonly model: Model
  /** What was asked of a run so far, in order; forgets it. */
  take(run: RunRef): readonly Asked[]
}

/** `answer` is what the model says, 0 unless told otherwise. */
export const watchingModel = (
  answer: (features: Float32Array) => number = () => 0,
  version = 'watching',
): Watching => {
  const asked = new Map<string, Asked[]>()
  const note = (of: { run: RunRef; elapsedSeconds: number }, features: Float32Array): void => {
    const name = runKey(of.run)
    const row = { elapsedSeconds: of.elapsedSeconds, features }
    const rows = asked.get(name)
    if (rows === undefined) asked.set(name, [row])
    // What is heard at the same instant replaces what was known just before.
    else if (rows.at(-1)?.elapsedSeconds === row.elapsedSeconds) rows[rows.length - 1] = row
    else rows.push(row)
  }
  return {
    model: {
      version,
      features: FEATURE_NAMES,
      score: (features, of) => {
        note(of as { run: RunRef; elapsedSeconds: number }, features)
        return answer(features)
      },
    },
    take: (run) => {
      const name = runKey(run)
      const rows = asked.get(name) ?? []
      asked.delete(name)
      return rows
    },
  }
}
