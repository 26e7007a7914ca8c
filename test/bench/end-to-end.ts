/** The embedded pipeline from wire bytes to disk, beside decoding alone. */

import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { ToViews } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import type { Figure } from './figures.ts'
import { batchesOf, eventsOf, loadOffers, wireRecords } from './load-file.ts'
import { MB, peakBytes, timed, type BenchCase, type Setting, type Time } from './setting.ts'

/** Events in a second of wall time, of the process's CPU time and of its main thread's. */
const speeds = (name: string, events: number, time: Time, peer?: string): Figure[] => {
  const kinds = [
    ['', time.seconds],
    [' per CPU second', time.cpuSeconds],
    [' per second of one thread', time.threadSeconds],
  ] as const
  return kinds.map(([kind, seconds]) => ({
    name: name + kind,
    value: events / seconds,
    unit: 'events/s',
    peer: peer === undefined ? undefined : peer + kind,
  }))
}

/** Wire bytes to records and back: what no pipeline can do without. */
export const decodeOnly: BenchCase = async (setting) => {
  let events = 0
  const scratch = Buffer.allocUnsafe(65_536)
  const time = await timed(() => {
    for (const bytes of wireRecords(setting)) {
      CODECS['run-event'].encodeInto(CODECS['run-event'].decode(bytes), scratch, 0)
      events += 1
    }
  })
  return speeds('decode-only', events, time)
}

/** Replays the whole load into a fresh store. */
const replay = (runtime: EmbeddedRuntime, setting: Setting): void => {
  for (const batch of batchesOf(loadOffers(setting)))
    runtime.take(batch, batch.at(-1)?.record.observedAt ?? 0)
  runtime.commit([], runtime.now)
}
/** How much was published by topic. */
const countsOf = ({ log }: EmbeddedRuntime): Map<string, number> =>
  new Map(TOPIC_NAMES.map((topic) => [topic, log.endOffset(topic)]))

const endToEnd = async (
  setting: Setting,
  name: string,
  processors: readonly Processor[],
  views?: ToViews,
): Promise<readonly Figure[]> => {
  const events = eventsOf(setting)
  const runtime = new EmbeddedRuntime(`${setting.folder}/${name}`, processors, views)
  const time = await timed(() => {
    replay(runtime, setting)
  })
  const counts = countsOf(runtime)
  const storeBytes = runtime.store.bytes
  runtime.close()
  return [
    ...speeds(name, events, time, 'decode-only'),
    { name: `${name} peak memory`, value: peakBytes() / MB, unit: 'MB' },
    { name: `${name} store`, value: storeBytes / MB, unit: 'MB' },
    ...(processors === TOPOLOGY && views === undefined ? mixOf(counts, events) : []),
  ]
}

/** How many records of each topic one event brings. */
const mixOf = (counts: ReadonlyMap<string, number>, events: number): Figure[] =>
  [...counts].map(([topic, count]) => ({
    name: `${topic} per event`,
    value: count / events,
    unit: 'records',
  }))

/** Runs, forecasts, decisions and their scores, KPIs from job to community, and incidents of jobs: what a first user runs Stopline for. */
const CORE = [
  'runs',
  'grouping',
  'signals',
  'stopping',
  'priors',
  'kpis',
  'kpi-repos',
  'kpi-communities',
  'job-alerts',
  'incidents',
].map((name) => {
  const found = TOPOLOGY.find((processor) => processor.name === name)
  if (found === undefined)
    throw new Error(`there is no processor ${name} any more: name others here`)
  return found
})

export const withoutViews: BenchCase = (setting) => endToEnd(setting, 'end-to-end', TOPOLOGY)
export const coreOnly: BenchCase = (setting) => endToEnd(setting, 'core only', CORE)
export const withViews: BenchCase = (setting) =>
  endToEnd(setting, 'end-to-end with views', TOPOLOGY, toViews)
