/**
 * The training table of the merge-time model: the pipeline replays recorded pull requests and writes down what it would ask
 * a model when each is first heard of. `features.npy` holds the features, `rows.csv` what came of each, line by line.
 */

import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { TRAINED_FEATURES, TRAINED_NAMES } from '../../processors/merge-time/trained.ts'
import type { Model } from '../../processors/processor.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { MergeScore } from '../../schemas/events.ts'
import { pullKey, type PullRef } from '../../schemas/keys.ts'
import { MERGING } from '../merge-backtest/run.ts'
import { openNpy } from './npy.ts'
import type { TrainingSet } from './sets.ts'

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
export const writeMergeTable = async (
  sets: readonly TrainingSet[],
  folder: string,
  signal: AbortSignal,
): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const features = await openNpy(join(folder, 'features.npy'), TRAINED_NAMES.length)
  const about = createWriteStream(join(folder, 'rows.csv'))
  about.write(`${MERGE_COLUMNS.join(',')}\n`)
  for (const each of sets) {
    const set = each.name
    const pulls = await replayed(each, signal, async (score, row) => {
      await features.append(row)
      const repo = `"${score.repo.replaceAll('"', '""')}"`
      const ended = [Number(score.merged), Math.log1p(score.seconds)]
      const line = [set, repo, score.openedAt, score.observedAt, ...ended]
      if (!about.write(`${line.join(',')}\n`)) await once(about, 'drain')
    })
    if (pulls === 0) throw new Error(`${set}: no pull request of it was heard of and ended`)
  }
  about.end()
  await finished(about)
  const table = { rows: await features.close(), features: TRAINED_FEATURES }
  await writeFile(join(folder, 'table.json'), `${JSON.stringify(table, null, 1)}\n`)
}

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
    }
  })
  await set.feed(runtime, MERGING, signal)
  await last
  runtime.close()
  return pulls
}
