/** The back-test of time to merge: the pipeline itself over recorded pull requests. */

import type { Archive } from '../../producers/archive/archive.ts'
import type { Models } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { MergeForecast, MergeScore } from '../../schemas/events.ts'
import { openLineFile } from '../backtest/jsonl.ts'
import { replayArchive } from '../feed.ts'
import { createMergeCollector, type Opening } from './collector.ts'

/** The part of the topology that forecasts pull requests. */
export const MERGING = TOPOLOGY.filter(({ outputs }) =>
  outputs.some((topic) => topic === 'ci.merge-scores.v1' || topic === 'ci.merge-priors.v1'),
)

/** A forecast as one line: `at` in ISO 8601, times from the opening in seconds. */
const mergeLine = (forecast: MergeForecast): string => {
  const { eventAt, source, repo, pull, elapsedSeconds, pMerge, quantiles, cause, model } = forecast
  const at = new Date(eventAt).toISOString()
  return JSON.stringify({
    source,
    repo,
    pull,
    at,
    elapsedSeconds,
    pMerge,
    ...quantiles,
    cause,
    model,
  })
}

/** The same where no repository hears of another. */
export const UNPOOLED = MERGING.filter(({ outputs }) => !outputs.includes('ci.merge-priors.v1'))

/** Replays pull requests; every forecast goes to `file` as a line, where one is given. */
export const mergeOpenings = async (
  archive: Archive,
  file: string | undefined,
  signal: AbortSignal,
  models: Models = {},
  processors = MERGING,
): Promise<Opening[]> => {
  const collector = createMergeCollector()
  const lines = file === undefined ? undefined : await openLineFile(file)
  const runtime = new EmbeddedRuntime(':memory:', processors, undefined, models)
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.merge-forecasts.v1') {
        collector.forecast(record as MergeForecast)
        void lines?.write(mergeLine(record as MergeForecast))
      } else if (topic === 'ci.merge-scores.v1') collector.score(record as MergeScore)
  })
  await replayArchive(runtime, archive, signal)
  runtime.close()
  await lines?.close()
  return collector.collected()
}
