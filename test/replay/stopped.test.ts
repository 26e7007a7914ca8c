/** A replay that is stopped and begun again ends where an undisturbed one does. */

import { describe, expect, it } from 'vitest'
import { replayArchive, replayRecording } from '../../cli/feed.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { openRecording } from '../../producers/recording/recording.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { OfferSource } from '../../runtime/ports.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { recordProw } from '../support/recorded-prow.ts'
import { firstDifference, topicsOf } from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** The source, which stops whoever feeds from it when it has given so many batches. */
const stopping = <S extends OfferSource>(source: S, batches: number, stop: AbortController): S => ({
  ...source,
  async *batches(from: number, signal: AbortSignal) {
    let given = 0
    for await (const batch of source.batches(from, signal)) {
      yield batch
      given += 1
      if (given === batches) stop.abort()
    }
  },
})

type Feed = (runtime: EmbeddedRuntime, stopAfter: number) => Promise<unknown>
/** Feeds a store, and leaves it as a process does that has ended. */
const fedInto = async (folder: string, feed: Feed, stopAfter = Infinity) => {
  const runtime = new EmbeddedRuntime(folder, TOPOLOGY)
  const ended = await feed(runtime, stopAfter).catch((error: unknown) => error)
  const { now } = runtime
  const topics = topicsOf(runtime.log)
  runtime.close()
  return { ended, now, topics }
}

const archiveFeed = (): Feed => {
  const folder = writeArchive(temporaryFolder(), generatedArchive(240))
  return (runtime, stopAfter) => {
    const stop = new AbortController()
    const archive = stopping(openArchive([folder], { batchOffers: 50 }), stopAfter, stop)
    return replayArchive(runtime, archive, stop.signal, { isQuiet: true })
  }
}
const recordingFeed = (): Feed => {
  const folder = temporaryFolder()
  recordProw(folder, 40)
  return (runtime, stopAfter) => {
    const stop = new AbortController()
    const recording = stopping(openRecording(folder), stopAfter, stop)
    return replayRecording(runtime, recording, stop.signal)
  }
}

describe('a replay that is stopped half-way', () => {
  it.each([
    ['an archive', archiveFeed],
    ['a recording', recordingFeed],
  ])('of %s keeps what it took, and goes on as if it had not been stopped', async (_, feedOf) => {
    const feed = feedOf()
    const whole = await fedInto(temporaryFolder(), feed)
    const folder = temporaryFolder()
    const first = await fedInto(folder, feed, 10)
    expect(first.ended).toMatchObject({ name: 'AbortError' })
    expect(first.topics['ci.run-events.v1'].length).toBeGreaterThan(0)
    const rest = await fedInto(folder, feed)
    expect(rest.ended).toBeGreaterThan(0)
    expect(rest.ended).toBeLessThan(Number(whole.ended))
    expect(rest.now).toBe(whole.now)
    expect(firstDifference(whole.topics, rest.topics)).toBeNull()
  })
})
