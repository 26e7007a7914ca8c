/** Very many runs that run at once: the memory they cost, and how long a process takes to go on from them. */

import { join } from 'node:path'
import { openPipeline, serveApi } from '../../cli/pipeline.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent } from '../../schemas/events.ts'
import type { Figure } from './figures.ts'
import { factOf, LOAD_START } from './load.ts'
import { batchesOf, JOBS } from './load-file.ts'
import { MB, peakBytes, timed, type BenchCase, type Setting } from './setting.ts'

const RUNS = 1_000_000
const QUICK_RUNS = 10_000
/** Finished runs each job has before, so that what runs has forecasts, advice and timers. */
const HISTORY = 5
const MINUTE_MS = 60_000
const HISTORY_STEP_MS = 30 * MINUTE_MS
/** All runs start within this time and then run. */
const FILL_MS = 2 * MINUTE_MS
const FILL_START = LOAD_START + (HISTORY + 1) * HISTORY_STEP_MS
const FACTS_PER_RUN = 2

const offerOf = (record: RunEvent): Offer<'ci.run-events.v1'> => ({
  topic: 'ci.run-events.v1',
  record,
})

/** Each run of the history lasts from 10 to 20 minutes; one in five fails. */
function* history(): Generator<Offer<'ci.run-events.v1'>> {
  for (let run = 0; run < HISTORY; run += 1) {
    const startedAt = LOAD_START + run * HISTORY_STEP_MS
    const ends: { job: number; at: number }[] = []
    for (let job = 0; job < JOBS; job += 1) {
      yield offerOf({ ...factOf(job, run, 'started', startedAt), startedAt })
      ends.push({ job, at: startedAt + 10 * MINUTE_MS + ((job * 7 + run) % 600) * 1_000 })
    }
    for (const { job, at } of ends.sort((a, b) => a.at - b.at)) {
      const outcome = (job + run) % 5 === 0 ? 'failure' : 'success'
      yield offerOf({ ...factOf(job, run, 'finished', at), outcome, rawOutcome: outcome })
    }
  }
}

const startOf = (runs: number, index: number): number =>
  FILL_START + Math.floor((index / runs) * FILL_MS)
const runIdOf = (index: number): number => HISTORY + index

/** Each run is queued and starts one second later. */
function* starts(runs: number): Generator<Offer<'ci.run-events.v1'>> {
  const lag = Math.ceil((1_000 / FILL_MS) * runs)
  for (let index = 0; index < runs + lag; index += 1) {
    const queuedAt = startOf(runs, index)
    if (index < runs) yield offerOf(factOf(index % JOBS, runIdOf(index), 'queued', queuedAt))
    const begins = index - lag
    if (begins < 0) continue
    const started = factOf(begins % JOBS, runIdOf(begins), 'started', queuedAt)
    yield offerOf({ ...started, startedAt: queuedAt })
  }
}

const feed = (runtime: EmbeddedRuntime, offers: Iterable<Offer>): void => {
  for (const batch of batchesOf(offers)) runtime.take(batch, batch.at(-1)?.record.observedAt ?? 0)
  runtime.commit([], runtime.now)
}
const folderOf = ({ folder }: Setting): string => join(folder, 'running')
const countOf = ({ isQuick }: Setting): number => (isQuick ? QUICK_RUNS : RUNS)

export const fill: BenchCase = async (setting) => {
  const runs = countOf(setting)
  const runtime = openPipeline(folderOf(setting))
  feed(runtime, history())
  const before = runtime.store.bytes
  const { seconds } = await timed(() => {
    feed(runtime, starts(runs))
  })
  const held = runtime.views.count('running')
  if (held !== runs) throw new Error(`${held} runs run, not ${runs}`)
  const storeBytes = runtime.store.bytes
  runtime.close()
  return [
    { name: 'running runs', value: runs, unit: 'runs' },
    { name: 'started', value: (FACTS_PER_RUN * runs) / seconds, unit: 'events/s' },
    { name: 'running runs, peak memory', value: peakBytes() / MB, unit: 'MB' },
    { name: 'running runs, store', value: storeBytes / MB, unit: 'MB' },
    {
      name: 'running runs, more store for one',
      value: (storeBytes - before) / runs,
      unit: 'bytes',
    },
  ]
}

/** From the start of the process, imports and all. */
const sinceStart = (name: string): Figure => ({ name, value: performance.now() / 1000, unit: 's' })

export const startUp: BenchCase = async (setting) => {
  const runtime = openPipeline(folderOf(setting))
  const opened = sinceStart('start-up to an open store')
  const at = runtime.now + 1
  runtime.commit([offerOf(factOf(0, RUNS * 2, 'queued', at))], at)
  const committed = sinceStart('start-up to the first commit')
  const app = await serveApi(runtime, {
    metrics: createMetrics(),
    wanted: () => runtime.now,
    sources: () => [],
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const last = runIdOf(countOf(setting) - 1)
  const { source, repo, job } = factOf((countOf(setting) - 1) % JOBS, last, 'started', at)
  const path = [source, repo, job, String(last), '1'].map(encodeURIComponent).join('/')
  const response = await fetch(`${address}/v1/runs/${path}`)
  const answer = await response.text()
  const answered = sinceStart('start-up to the first answer')
  if (!response.ok || !answer.includes('"pFail"')) throw new Error(answer)
  await app.close()
  runtime.close()
  return [
    opened,
    committed,
    answered,
    { name: 'start-up, peak memory', value: peakBytes() / MB, unit: 'MB' },
  ]
}
