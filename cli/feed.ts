/** Feeds a runtime from a source: a recording to its end, or a simulated world as its time passes. */

import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import { openArchive, type Archive } from '../producers/archive/archive.ts'
import type { DemoSource } from '../producers/demo/source.ts'
import type { Fed, OfferSource } from '../runtime/ports.ts'
import type { Clock } from '../runtime/clock.ts'
import { isAbort } from './command.ts'
import { atOnce, paced, systemPace, TICK_MS, type Due, type Pace } from './pacing.ts'
import { createProgress } from './progress.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Least and greatest speed of a replay. */
export const REPLAY_SPEEDS = [0.001, Infinity] as const

interface ReplayOptions {
  /** Times as fast as it happened; at a finite speed batches hold one instant each. */
  readonly speed?: number
  readonly pace?: Pace
  readonly isQuiet?: boolean
}

/** An archive to be replayed at a speed. Throws as {@link openArchive} does. */
export const archiveAt = (folders: readonly string[], speed: number): Archive =>
  openArchive(folders, speed === Infinity ? {} : { batchOffers: 1 })

/** Replays an archive to its end, from where the store stopped. Returns the number of offers fed. */
export const replayArchive = async (
  runtime: Fed,
  archive: Archive,
  signal: AbortSignal,
  options: ReplayOptions = {},
): Promise<number> => {
  const progress = createProgress('replay', options.isQuiet)
  const began = performance.now()
  const reading = setInterval(() => {
    const { bytesRead, bytesTotal, offersTotal } = archive.progress()
    if (offersTotal === null) progress.show(bytesRead / bytesTotal, 'reading and sorting')
  }, 100)
  const show = (fed: number, { cursor, horizon }: Due): void => {
    const rate = Math.round((fed / (performance.now() - began)) * 1000)
    const { offersTotal } = archive.progress()
    progress.show(
      offersTotal === null ? null : cursor / offersTotal,
      `${new Date(horizon).toISOString().slice(0, 16)}  ${rate.toLocaleString('en')} facts/s`,
    )
  }
  try {
    const fed = await feedAll(runtime, archive, signal, options, show)
    const seconds = (performance.now() - began) / 1000
    progress.done(`${fed.toLocaleString('en')} facts in ${seconds.toFixed(1)} s`)
    return fed
  } finally {
    clearInterval(reading)
  }
}

/** Replays what live sources told when they were recorded, from where the store stopped. Returns the number of offers fed. */
export const replayRecording = async (
  runtime: Fed,
  recording: OfferSource,
  signal: AbortSignal,
  options: ReplayOptions = {},
): Promise<number> => {
  const progress = createProgress('replay', options.isQuiet)
  const fed = await feedAll(runtime, recording, signal, options, (sofar, { horizon }) => {
    progress.show(null, `${new Date(horizon).toISOString().slice(0, 19)}  ${sofar} facts`)
  })
  progress.done(`${fed.toLocaleString('en')} facts`)
  return fed
}

/** Feeds all after the cursor, then what is due at the end. Returns the number of offers fed. */
const feedAll = async (
  runtime: Fed,
  source: OfferSource,
  signal: AbortSignal,
  { speed = Infinity, pace = systemPace }: ReplayOptions,
  show: (fed: number, due: Due) => void,
): Promise<number> => {
  const cursor = runtime.cursor(source.name)
  const batches = source.batches(cursor, signal)
  const from = cursor > 0 ? runtime.now : null
  const [way, dues] =
    speed === Infinity
      ? (['take', atOnce(batches)] as const)
      : (['commit', paced(batches, { speed, pace, cursor, from }, signal)] as const)
  let fed = 0
  try {
    for await (const due of dues) {
      await runtime[way](due.offers, due.horizon, { source: source.name, at: due.cursor })
      fed += due.offers.length
      show(fed, due)
      await breathe()
    }
  } catch (error) {
    // What was taken lasts, and time stays where it is: begun again, it goes on as if it had not been stopped.
    if (isAbort(error)) await runtime.commit([], runtime.now)
    throw error
  }
  await sayWhatIsDue(runtime)
  return fed
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
