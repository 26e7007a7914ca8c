/** One recording, replayed once in order of time and measured: over all its runs, and over the last to start. */

import { basename, resolve } from 'node:path'
import { createCollector } from '../../../cli/backtest/collector.ts'
import { measure, type BacktestMeasures } from '../../../cli/backtest/measures.ts'
import { replayArchive } from '../../../cli/feed.ts'
import { FORECASTING } from '../../../cli/forecasting.ts'
import { openArchive } from '../../../producers/archive/archive.ts'
import type { Models } from '../../../processors/processor.ts'
import type { Fed } from '../../../runtime/ports.ts'
import { withPolicy } from '../../../cli/backtest/with-policy.ts'
import { EmbeddedRuntime } from '../../../runtime/embedded/runtime.ts'
import type { Decision, JobProfile, Score } from '../../../schemas/events.ts'
import type { ChangeDecision } from '../../../schemas/events.ts'
import { createHungWatch, type HungMeasures } from './hung.ts'

/** What the reference model was scored on: the last 40 % by start. */
const LATE = 0.4

export interface Measured {
  readonly name: string
  readonly whole: BacktestMeasures
  readonly late: BacktestMeasures
  readonly hung: HungMeasures
}

export const measured = async (
  folder: string,
  models: Models,
  resamples: number,
  policy?: string,
): Promise<Measured> => {
  const collector = createCollector()
  const hung = createHungWatch()
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING, undefined, models)
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic === 'ci.scores.v1') {
        collector.score(record as Score)
        hung.score(record as Score)
      } else if (topic === 'ci.decisions.v1') {
        collector.decision(record as Decision)
        hung.decision(record as Decision)
      } else if (topic === 'ci.job-profiles.v1') collector.profile(record as JobProfile)
      else if (topic === 'ci.change-decisions.v1') collector.change(record as ChangeDecision)
    }
  })
  await replayArchive(
    heardWith(runtime, policy),
    openArchive([folder]),
    new AbortController().signal,
    {
      isQuiet: true,
    },
  )
  runtime.close()
  const collected = collector.collected()
  return {
    name: basename(resolve(folder)),
    whole: measure(collected, { resamples, models }),
    late: measure(collected, { resamples, models, last: LATE }),
    hung: hung.measures(),
  }
}

/** The runtime, with a policy for every job where one is given. */
const heardWith = (runtime: EmbeddedRuntime, policy: string | undefined): Fed => {
  if (policy === undefined) return runtime
  const label = withPolicy(policy)
  return {
    get now() {
      return runtime.now
    },
    cursor: (source) => runtime.cursor(source),
    commit: (offers, until, cursor) => {
      runtime.commit(offers.map(label), until, cursor)
    },
    take: (offers, horizon, cursor) => {
      runtime.take(offers.map(label), horizon, cursor)
    },
  }
}
