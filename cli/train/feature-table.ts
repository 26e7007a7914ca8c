/**
 * The training table of the stopping model: the pipeline replays recorded CI, and each forecast that is scored gives a row.
 * `features.npy` holds the features, `rows.csv` what they are of, line by line, `table.json` what the features mean.
 */

import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { FEATURE_NAMES, FEATURES } from '../../processors/stopping/features.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Score } from '../../schemas/events.ts'
import { jobKey } from '../../schemas/keys.ts'
import { FORECASTING } from '../forecasting.ts'
import { openNpy } from './npy.ts'
import type { TrainingSet } from './sets.ts'
import { watchingModel, type Watching } from './watching-model.ts'

export const ROW_COLUMNS = ['set', 'job', 'run', 'startMs', 'heardMs', 'elapsedSeconds', 'failed']

export interface TableSummary {
  readonly rows: number
  readonly runs: number
  readonly features: readonly { readonly name: string; readonly doc: string }[]
}

/** Replays each set by itself, so that one recording says nothing to another, into one table below `folder`. */
export const writeFeatureTable = async (
  sets: readonly TrainingSet[],
  folder: string,
  signal: AbortSignal,
): Promise<TableSummary> => {
  await mkdir(folder, { recursive: true })
  const features = await openNpy(join(folder, 'features.npy'), FEATURE_NAMES.length)
  const about = createWriteStream(join(folder, 'rows.csv'))
  about.write(`${ROW_COLUMNS.join(',')}\n`)
  let runs = 0
  for (const each of sets) {
    const set = each.name
    const ended = await replayed(each, signal, async (score, rows) => {
      runs += 1
      for (const row of rows) {
        await features.append(row.features)
        const line = [set, quoted(jobKey(score)), runs, score.startedAt, score.observedAt]
        const text = `${[...line, row.elapsedSeconds, Number(score.failed)].join(',')}\n`
        if (!about.write(text)) await once(about, 'drain')
      }
    })
    if (ended === 0) throw new Error(`${set}: no run of it could be forecast and scored`)
  }
  about.end()
  await finished(about)
  const summary = { rows: await features.close(), runs, features: FEATURES.map(nameAndDoc) }
  await writeFile(join(folder, 'table.json'), `${JSON.stringify(summary, null, 1)}\n`)
  return summary
}
const nameAndDoc = ({ name, doc }: TableSummary['features'][number]) => ({ name, doc })
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

type OnRun = (score: Score, rows: ReturnType<Watching['take']>) => Promise<void>

/** Tells of each run that ended as pass or fail and was forecast. Returns how many there were. */
const replayed = async (set: TrainingSet, signal: AbortSignal, onRun: OnRun): Promise<number> => {
  const watching = watchingModel()
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING, undefined, {
    stopping: watching.model,
  })
  let runs = 0
  let last = Promise.resolve()
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic !== 'ci.scores.v1') continue
      const score = record as Score
      const { durationSeconds } = score
      const rows = watching
        .take(score)
        .filter((row) => durationSeconds !== null && row.elapsedSeconds <= durationSeconds)
      if (score.failed === null || rows.length === 0) continue
      runs += 1
      last = last.then(() => onRun(score, rows))
    }
  })
  await set.feed(runtime, FORECASTING, signal)
  await last
  runtime.close()
  return runs
}
