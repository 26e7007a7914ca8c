/**
 * The training table of the merge-time model: the pipeline replays recorded pull requests and writes down what it would ask
 * a model when each is first heard of, and what came of it.
 */

import { TRAINED_FEATURES, TRAINED_NAMES } from '../../processors/merge-time/trained.ts'
import type { Model } from '../../processors/processor.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { MergeScore } from '../../schemas/events.ts'
import { pullKey, type PullRef } from '../../schemas/keys.ts'
import { MERGING } from '../merge-backtest/run.ts'
import type { TrainingSet } from './sets.ts'
import { quoted, writeTable } from './table-files.ts'

const MERGE_COLUMNS = ['set', 'repo', 'startMs', 'heardMs', 'merged', 'logTime']

/** A model that says `answer`, 0 unless told otherwise, and keeps what it was first asked of each pull request. */
const watchingMerges = (
  answer: (features: Float32Array) => number = () => 0,
  version = 'watching',
): { readonly model: Model; take(pull: PullRef): Float32Array | undefined } => {
  const asked = new Map<string, Float32Array>()
  return {
    model: {
      version,
      features: TRAINED_NAMES,
      score: (features, of) => {
        const name = pullKey(of as PullRef)
        if (!asked.has(name)) asked.set(name, features)
        return answer(features)
      },
    },
    take: (pull) => {
      const name = pullKey(pull)
      const features = asked.get(name)
      asked.delete(name)
      return features
    },
  }
}

/** Replays each set by itself into one table below `folder`. Throws where a set has nothing to learn from. */
export const writeMergeTable = (
  sets: readonly TrainingSet[],
  folder: string,
  signal: AbortSignal,
): Promise<number> =>
  writeTable(folder, { columns: MERGE_COLUMNS, features: TRAINED_FEATURES }, async (append) => {
    for (const each of sets) {
      const pulls = await replayed(
        each,
        signal,
        ({ repo, openedAt, observedAt, ...score }, row) => {
          const ended = [Number(score.merged), Math.log1p(score.seconds)]
          return append(row, [each.name, quoted(repo), openedAt, observedAt, ...ended])
        },
      )
      if (pulls === 0) throw new Error(`${each.name}: no pull request of it was heard of and ended`)
    }
    return {}
  })

type OnEnd = (score: MergeScore, features: Float32Array) => Promise<void>

/** Tells of each pull request that ended and was asked about when it was opened. Returns how many there were. */
const replayed = async (set: TrainingSet, signal: AbortSignal, onEnd: OnEnd): Promise<number> => {
  const watching = watchingMerges()
  const models = { 'merge-time': watching.model }
  const runtime = new EmbeddedRuntime(':memory:', MERGING, undefined, models)
  let pulls = 0
  let last = Promise.resolve()
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic !== 'ci.merge-scores.v1') continue
      const score = record as MergeScore
      const features = watching.take(score)
      if (features === undefined) continue
      pulls += 1
      last = last.then(() => onEnd(score, features))
      last.catch(() => undefined) // told where it is awaited
    }
  })
  await set.feed(runtime, MERGING, signal)
  await last
  runtime.close()
  return pulls
}
