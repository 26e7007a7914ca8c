/** Feeds a runtime from a source: a recording to its end, or a simulated world as its time passes. */

import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { Archive } from '../producers/archive/archive.ts'
import type { DemoSource } from '../producers/demo/source.ts'
import type { Fed, OfferBatch, OfferSource } from '../runtime/ports.ts'
import type { Clock } from '../runtime/clock.ts'
import { isAbort } from './command.ts'
import { createProgress } from './progress.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** How often time moves on when nothing is heard. */
const TICK_MS = 250

/** Replays an archive to its end, from where the store stopped. Returns the number of offers fed. */
export const replayArchive = async (
  runtime: Fed,
  archive: Archive,
  signal: AbortSignal,
  { speed = Infinity, isQuiet = false } = {},
): Promise<number> => {
  const progress = createProgress('replay', isQuiet)
  const began = performance.now()
  const reading = setInterval(() => {
    const { bytesRead, bytesTotal, offersTotal } = archive.progress()
    if (offersTotal === null) progress.show(bytesRead / bytesTotal, 'reading and sorting')
  }, 100)
  let fed = 0
  let paceFrom: number | undefined
  const feed = async ({ offers, cursor }: OfferBatch): Promise<void> => {
    const at = offers.at(-1)?.record.observedAt ?? 0
    paceFrom ??= offers[0]?.record.observedAt ?? at
    if (speed !== Infinity) await waitUntil(began + (at - paceFrom) / speed, signal)
    const way = speed === Infinity ? 'take' : 'commit'
    await runtime[way](offers, at, { source: archive.name, at: cursor })
    fed += offers.length
    const rate = Math.round((fed / (performance.now() - began)) * 1000)
    const { offersTotal } = archive.progress()
    progress.show(
      offersTotal === null ? null : cursor / offersTotal,
      `${new Date(at).toISOString().slice(0, 16)}  ${rate.toLocaleString('en')} facts/s`,
    )
  }
  try {
    await feedAll(runtime, archive, signal, feed)
  } finally {
    clearInterval(reading)
  }
  const seconds = (performance.now() - began) / 1000
  progress.done(`${fed.toLocaleString('en')} facts in ${seconds.toFixed(1)} s`)
  return fed
}

/** Replays what live sources told when they were recorded, from where the store stopped. Returns the number of offers fed. */
export const replayRecording = async (
  runtime: Fed,
  recording: OfferSource,
  signal: AbortSignal,
  { speed = Infinity } = {},
): Promise<number> => {
  const progress = createProgress('replay')
  const began = performance.now()
  let fed = 0
  let paceFrom: number | undefined
  await feedAll(runtime, recording, signal, async ({ offers, cursor }) => {
    const at = offers.at(-1)?.record.observedAt ?? 0
    paceFrom ??= at
    if (speed !== Infinity) await waitUntil(began + (at - paceFrom) / speed, signal)
    await runtime.take(offers, at, { source: recording.name, at: cursor })
    fed += offers.length
    progress.show(null, `${new Date(at).toISOString().slice(0, 19)}  ${fed} facts`)
  })
  progress.done(`${fed.toLocaleString('en')} facts`)
  return fed
}

/** Feeds the batches after the cursor, then what is due at the end. */
const feedAll = async (
  runtime: Fed,
  source: OfferSource,
  signal: AbortSignal,
  feed: (batch: OfferBatch) => Promise<void>,
): Promise<void> => {
  try {
    for await (const batch of source.batches(runtime.cursor(source.name), signal)) {
      await feed(batch)
      await breathe()
    }
  } catch (error) {
    // What was taken lasts, and time stays where it is: begun again, it goes on as if it had not been stopped.
    if (isAbort(error)) await runtime.commit([], runtime.now)
    throw error
  }
  await sayWhatIsDue(runtime)
}

/**
 * A recording ends between two boundaries: time goes on to just past the next full hour, so that KPIs hold its last runs
 * too. A store that stands there already, or what people asked for past it, is left as it is.
 */
const sayWhatIsDue = async (runtime: Fed): Promise<void> => {
  const { now } = runtime
  const isThere = Math.floor((now % HOUR_MS) / MINUTE_MS) === 1
  const isBetween = now > 0 && !isThere
  await runtime.commit([], isBetween ? (Math.floor(now / HOUR_MS) + 1) * HOUR_MS + MINUTE_MS : now)
}

const waitUntil = async (instant: number, signal: AbortSignal): Promise<void> => {
  const left = instant - performance.now()
  if (left > 0) await sleep(left, undefined, { signal })
}

/** Fills the simulated history up to the clock, then goes on with it until told to stop. */
export const liveDemo = async (
  runtime: Fed,
  demo: DemoSource,
  from: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  const progress = createProgress('simulating the past days')
  let next = Math.max(from, runtime.now + 1)
  const whole = clock.now() - next
  const start = next
  while (!signal.aborted) {
    const until = Math.min(clock.now(), next + HOUR_MS)
    if (until > next) {
      const offers = demo.offersBetween(next, until)
      await runtime.commit(offers, until - 1)
      next = until
    }
    if (clock.now() - next > HOUR_MS) {
      progress.show((next - start) / whole, new Date(next).toISOString().slice(0, 16))
      await breathe()
    } else await sleep(TICK_MS, undefined, { signal }).catch(() => undefined)
  }
}
