/** One recording, replayed once in order of time and measured: over all its runs, and over the last to start. */

import { basename, resolve } from 'node:path'
import { createCollector } from '../../../cli/backtest/collector.ts'
import { measure, type BacktestMeasures } from '../../../cli/backtest/measures.ts'
import { replayArchive } from '../../../cli/feed.ts'
import { FORECASTING } from '../../../cli/forecasting.ts'
import { openArchive } from '../../../producers/archive/archive.ts'
import type { Models, Processor } from '../../../processors/processor.ts'
import type { Fed, Offer } from '../../../runtime/ports.ts'
import { EmbeddedRuntime } from '../../../runtime/embedded/runtime.ts'
import type { Decision, JobProfile, Score } from '../../../schemas/events.ts'
import type { ChangeDecision } from '../../../schemas/events.ts'
import { createHungWatch, type HungMeasures } from './hung.ts'
import { createLateWatch, type LateRuns } from './late-runs.ts'

/** What the reference model was scored on: the last 40 % by start. */
const LATE = 0.4

export interface Measured {
  readonly name: string
  readonly whole: BacktestMeasures
  readonly late: BacktestMeasures
  readonly hung: HungMeasures
  readonly lateRuns: LateRuns
  /** First and last start of a run, in milliseconds. */
  readonly span: Span
}
export interface Span {
  readonly from: number
  readonly to: number
}
/** A record as it is to be heard, null where it is not. */
export type Heard = (offer: Offer) => Offer | null
const ALL: Heard = (offer) => offer

export const measured = async (
  folder: string,
  models: Models,
  resamples: number,
  heard = ALL,
  without?: string,
): Promise<Measured> => {
  const collector = createCollector()
  const hung = createHungWatch()
  const lateRuns = createLateWatch()
  const runtime = new EmbeddedRuntime(':memory:', forecastingWithout(without), undefined, models)
  runtime.onCommit((published) => {
    for (const { topic, record } of published) {
      if (topic === 'ci.scores.v1') {
        collector.score(record as Score)
        hung.score(record as Score)
        lateRuns.score(record as Score)
      } else if (topic === 'ci.decisions.v1') {
        collector.decision(record as Decision)
        hung.decision(record as Decision)
        lateRuns.decision(record as Decision)
      } else if (topic === 'ci.job-profiles.v1') collector.profile(record as JobProfile)
      else if (topic === 'ci.change-decisions.v1') collector.change(record as ChangeDecision)
    }
  })
  await replayArchive(
    hearing(runtime, heard),
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
    lateRuns: lateRuns.measures(),
    span: spanOf(collected.runs.flatMap(({ startMs }) => startMs ?? [])),
  }
}

/** The forecasting processors, all or all but one. Throws where there is none of that name. */
const forecastingWithout = (name: string | undefined): readonly Processor[] => {
  const others = FORECASTING.filter((processor) => processor.name !== name)
  if (name !== undefined && others.length === FORECASTING.length)
    throw new Error(
      `no processor ${name}: one of ${FORECASTING.map((each) => each.name).join(', ')}`,
    )
  return others
}

const spanOf = (starts: readonly number[]): Span => ({
  from: starts.reduce((a, b) => Math.min(a, b), Infinity),
  to: starts.reduce((a, b) => Math.max(a, b), -Infinity),
})

/** The runtime, which hears of a recording what it is to hear. */
const hearing = (runtime: EmbeddedRuntime, heard: Heard): Fed => {
  const heardOf = (offers: readonly Offer[]): Offer[] =>
    offers.flatMap((offer) => heard(offer) ?? [])
  return {
    get now() {
      return runtime.now
    },
    cursor: (source) => runtime.cursor(source),
    commit: (offers, until, cursor) => {
      runtime.commit(heardOf(offers), until, cursor)
    },
    take: (offers, horizon, cursor) => {
      runtime.take(heardOf(offers), horizon, cursor)
    },
  }
}
