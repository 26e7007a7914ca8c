/** From a change at the source to its event on the log: one poll interval and a second at most. */

import { afterEach, describe, expect, it } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../producers/config/config.ts'
import { liveSources } from '../../producers/live.ts'
import { systemClock } from '../../runtime/clock.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { createLiveLoop } from '../../runtime/embedded/live.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { CI_WORLDS, courseOf, playCourse, type Course } from '../support/ci-worlds.ts'
import { startCiServer } from '../support/ci-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

const EVERY_MS = 2_000
const RUNS = 8
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

/**
 * When the source first showed a start or an end: when it happened, by the course and not by what the source says of it, since
 * GitHub tells whole seconds; but TestGrid brings its tabs up to date with each full second.
 */
const shownAt = (course: Course, { source, runId, kind }: RunEvent): number => {
  const number = Number(/\d+$/.exec(runId)?.[0]) % 1000
  const run = course.runs.find((one) => one.number === number)
  if (run === undefined) throw new Error(`${source} told of a run ${runId} that is not there`)
  const at = kind === 'started' ? run.startedAt : run.endedAt
  return source === 'testgrid' ? Math.ceil(at / 1000) * 1000 : at
}

/** Time from each start and end of a run to the acknowledgement of the log, in milliseconds, by source. */
const delays = async (): Promise<ReadonlyMap<string, readonly number[]>> => {
  const course = courseOf(RUNS, Date.now() + 1_000, 700, 1_300)
  const sources = await Promise.all(
    Object.entries(CI_WORLDS).map(async ([name, world]) => {
      const server = await startCiServer(playCourse(world, course, Date.now))
      cleanups.push(server.close)
      return { ...world.configured(server.url), name, every: `${EVERY_MS / 1000}s` }
    }),
  )
  const config = readConfig({ sources }, { env: () => 'token', file: () => '' }, 'test')
  const runtime = new EmbeddedRuntime(temporaryFolder(), TOPOLOGY)
  const loop = createLiveLoop(runtime, systemClock)
  const found = new Map<string, number[]>(sources.map(({ name }) => [name, []]))
  const note = (offers: readonly Offer[]): void => {
    const now = Date.now()
    for (const { record } of offers)
      if ('kind' in record && (record.kind === 'started' || record.kind === 'finished'))
        found.get(record.source)?.push(now - shownAt(course, record as RunEvent))
  }
  const stop = new AbortController()
  const live = liveSources(
    config.sources,
    {
      clock: systemClock,
      offer: async (offers) => {
        await loop.offer(offers)
        note(offers)
      },
      loadCursor: () => undefined,
      saveCursor: () => undefined,
      log: runtime.log,
      record: null,
      onFailure: () => undefined,
      onNote: () => undefined,
    },
    stop.signal,
  )
  const running = Promise.all([loop.run(stop.signal), live.run()])
  await sleep(course.endsAt - Date.now() + 2 * EVERY_MS)
  stop.abort()
  await running
  runtime.close()
  return found
}

describe('a change at the source', () => {
  it('is on the log one poll interval and a second later at most, whatever the source', async () => {
    for (const [source, all] of await delays()) {
      expect([source, all.length]).toEqual([source, 2 * RUNS])
      expect(Math.max(...all), source).toBeLessThanOrEqual(EVERY_MS + 1_000)
      expect(Math.min(...all), source).toBeGreaterThanOrEqual(0)
    }
  })
})
