/** The training table of the stopping model: the pipeline replays recorded CI, and each forecast that is scored gives a row. */

import { FEATURES } from '../../processors/stopping/features.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Score } from '../../schemas/events.ts'
import { jobKey } from '../../schemas/keys.ts'
import { FORECASTING } from '../forecasting.ts'
import type { TrainingSet } from './sets.ts'
import { quoted, writeTable } from './table-files.ts'
import { watchingModel, type Watching } from './watching-model.ts'

export const ROW_COLUMNS = ['set', 'job', 'run', 'startMs', 'heardMs', 'elapsedSeconds', 'failed']

/** Replays each set by itself, so that one recording says nothing to another, into one table below `folder`. Returns its rows. */
export const writeFeatureTable = (
  sets: readonly TrainingSet[],
  folder: string,
  signal: AbortSignal,
): Promise<number> =>
  writeTable(folder, { columns: ROW_COLUMNS, features: FEATURES }, async (append) => {
    let runs = 0
    for (const each of sets) {
      const ended = await replayed(each, signal, async (score, rows) => {
        runs += 1
        const run = [each.name, quoted(jobKey(score)), runs, score.startedAt, score.observedAt]
        for (const { features, elapsedSeconds } of rows)
          await append(features, [...run, elapsedSeconds, Number(score.failed)])
      })
      if (ended === 0) throw new Error(`${each.name}: no run of it could be forecast and scored`)
    }
    return { runs }
  })

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
      last.catch(() => undefined) // told where it is awaited
    }
  })
  await set.feed(runtime, FORECASTING, signal)
  await last
  runtime.close()
  return runs
}
