/** A live pipeline with its API: how long until the forecast of a run that starts can be seen. */

import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { openPipeline, serveApi } from '../../cli/pipeline.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { createLiveLoop } from '../../runtime/embedded/live.ts'
import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import { quantile, type Figure } from './figures.ts'
import { batchesOf, eventsOf, loadOffers } from './load-file.ts'
import { sharedMs, type BenchCase, type Setting } from './setting.ts'
import type { Seen } from './sse-client.ts'

const EVENTS_PER_SECOND = 1_000
const LIVE_SECONDS = 20
/** A tenth of the rate is already five times as much for each job of the small load. */
const QUICK_EVENTS_PER_SECOND = 100
const QUICK_LIVE_SECONDS = 3
/** After the last offer, so that the last answers are seen. */
const SETTLE_MS = 500
/** Half of the load is history: every job has finished runs, and runs are running. */
const warmOf = (setting: Setting): number => eventsOf(setting) / 2

type RunOffer = Offer<'ci.run-events.v1'>
const slice = function* (setting: Setting, from: number, to: number): Generator<RunOffer> {
  let at = 0
  for (const offer of loadOffers(setting)) {
    if (at >= to) return
    if (at >= from) yield offer
    at += 1
  }
}

/** A store that has heard the first half of the load, made once for all rounds. */
export const warmUp: BenchCase = (setting) => {
  const folder = join(setting.shared, 'warm')
  if (existsSync(folder)) return []
  const runtime = openPipeline(`${folder}.part`)
  for (const batch of batchesOf(slice(setting, 0, warmOf(setting))))
    runtime.take(batch, batch.at(-1)?.record.observedAt ?? 0)
  runtime.commit([], runtime.now)
  runtime.close()
  renameSync(`${folder}.part`, folder)
  return []
}

/**
 * Pipeline time passes at the speed at which the load gives so many events a second. Every offer is due at an instant;
 * a latency begins there, also where the process was too busy to take it.
 */
const paced = (offers: readonly RunOffer[], perSecond: number) => {
  const first = offers[0]?.record.observedAt ?? 0
  const last = offers.at(-1)?.record.observedAt ?? 0
  const speed = (last - first) / ((offers.length / perSecond) * 1000)
  const began = sharedMs()
  return {
    clock: { now: () => Math.floor(first + (sharedMs() - began) * speed) },
    dueMs: ({ record }: RunOffer) => began + (record.observedAt - first) / speed,
  }
}

/** Offers all of them, each when it is due; returns when the starts of runs were due, by run id. */
const feed = async (
  offers: readonly RunOffer[],
  { dueMs }: ReturnType<typeof paced>,
  offer: (offers: readonly Offer[]) => Promise<void>,
): Promise<Map<string, number>> => {
  const starts = new Map<string, number>()
  let last = Promise.resolve()
  for (let next = 0; next < offers.length;) {
    const from = next
    const now = sharedMs()
    for (let due = offers[next]; due !== undefined && dueMs(due) <= now; due = offers[next]) {
      if (due.record.kind === 'started') starts.set(due.record.runId, dueMs(due))
      next += 1
    }
    if (next > from) last = offer(offers.slice(from, next))
    await sleep(1)
  }
  await last
  return starts
}

/** A process that has just begun has compiled nothing yet, and reads its first cells from the disk: told by itself, and with all. */
const FIRST_MS = 1_000

export const latencies = (
  name: string,
  starts: ReadonlyMap<string, number>,
  seen: ReadonlyMap<string, number>,
): Figure[] => {
  const past = Math.min(...starts.values()) + FIRST_MS
  const among = (isFirst: boolean): number[] =>
    [...starts]
      .flatMap(([run, due]) => {
        const at = seen.get(run)
        return at === undefined || due < past !== isFirst ? [] : [at - due]
      })
      .sort((a, b) => a - b)
  const [found, early] = [among(false), among(true)]
  const all = [...found, ...early].sort((a, b) => a - b)
  return [
    { name: `${name} p50`, value: quantile(found, 0.5), unit: 'ms' },
    { name: `${name} p99`, value: quantile(found, 0.99), unit: 'ms' },
    { name: `${name} p99 of all starts`, value: quantile(all, 0.99), unit: 'ms' },
    { name: `${name} max`, value: found.at(-1) ?? NaN, unit: 'ms' },
    { name: `${name} in the first second, max`, value: early.at(-1) ?? NaN, unit: 'ms' },
    { name: `${name} seen`, value: all.length / starts.size, unit: 'of starts' },
  ]
}

const openServer = async (runtime: EmbeddedRuntime) => {
  const app = await serveApi(runtime, {
    metrics: createMetrics(),
    wanted: () => runtime.now,
    sources: () => [],
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = new Worker(new URL('./sse-client.ts', import.meta.url), { workerData: address })
  await once(client, 'message')
  const stop = async (): Promise<Seen> => {
    client.postMessage('stop')
    const [seen] = (await once(client, 'message')) as [Seen]
    await client.terminate()
    await app.close()
    return seen
  }
  return { stop }
}

/** Feeds the offers at their pace into the running loop; returns the due instants of starts, and the rate reached. */
const goLive = async (
  runtime: EmbeddedRuntime,
  offers: readonly RunOffer[],
  perSecond: number,
): Promise<{ starts: Map<string, number>; figures: Figure[] }> => {
  const pace = paced(offers, perSecond)
  const loop = createLiveLoop(runtime, pace.clock)
  const halt = new AbortController()
  let commits = 0
  runtime.onCommit(() => {
    commits += 1
  })
  const ended = loop.run(halt.signal)
  const began = sharedMs()
  const starts = await feed(offers, pace, loop.offer)
  const seconds = (sharedMs() - began) / 1000
  const figures = [
    { name: 'live offers', value: offers.length / seconds, unit: 'events/s' },
    { name: 'live commits', value: commits / seconds, unit: '1/s' },
  ]
  await sleep(SETTLE_MS)
  halt.abort()
  await ended
  return { starts, figures }
}

/** A copy that lies on disk: what is still to be written there would delay the first commits. */
const copyFlushed = (from: string, to: string): void => {
  cpSync(from, to, { recursive: true })
  for (const name of readdirSync(to)) {
    const file = openSync(join(to, name), 'r+')
    fsyncSync(file)
    closeSync(file)
  }
}

export const live: BenchCase = async (setting) => {
  const folder = join(setting.folder, 'live')
  copyFlushed(join(setting.shared, 'warm'), folder)
  const runtime = openPipeline(folder)
  const checkpointer = runtime.store.checkpointBeside()
  const server = await openServer(runtime)
  const seconds = setting.isQuick ? QUICK_LIVE_SECONDS : LIVE_SECONDS
  const perSecond = setting.isQuick ? QUICK_EVENTS_PER_SECOND : EVENTS_PER_SECOND
  const warm = warmOf(setting)
  const offers = [...slice(setting, warm, warm + seconds * perSecond)]
  const { starts, figures } = await goLive(runtime, offers, perSecond)
  const { streamed, answered } = await server.stop()
  await checkpointer.stop()
  runtime.close()
  return [
    ...figures,
    ...latencies('forecast on the stream', starts, streamed),
    ...latencies('forecast in GET run', starts, answered),
  ]
}
