/** Every source through every fault of a service, against a real server in virtual time. */

import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../producers/config/config.ts'
import { createHealth } from '../../producers/polling/health.ts'
import { runLoop } from '../../producers/polling/loop.ts'
import { createOutbox } from '../../producers/polling/outbox.ts'
import type { SourceFailure } from '../../producers/polling/source-error.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { CI_WORLDS, courseOf, playCourse } from '../support/ci-worlds.ts'
import { startCiServer, type Play, type PlayedAnswer } from '../support/ci-server.ts'
import { handPace, testClient, testSession } from '../support/polling.ts'

const FROM = Date.parse('2026-01-02T12:00:00Z')
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const RUNS = 12
/** Requests of an hour at most: fewer than a source would like to send. */
const PER_HOUR = 200

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

interface Setting {
  readonly now: () => number
  readonly elsewhere: string
}
type Fault = (answer: PlayedAnswer, setting: Setting) => PlayedAnswer
const later = (seconds: number, { now }: Setting): string =>
  new Date(now() + HOUR_MS + seconds * 1000).toUTCString()

/** 9 MB in 9 kB. */
const BOMB = gzipSync(Buffer.alloc(9 * 2 ** 20))

const FAULTS: Readonly<Record<string, Fault>> = {
  'asks for patience': () => ({ status: 429, headers: { 'retry-after': '5' } }),
  'asks for patience by a clock an hour ahead': (_, setting) => ({
    status: 429,
    headers: { date: later(0, setting), 'retry-after': later(20, setting) },
  }),
  'asks for much patience': () => ({ status: 429, headers: { 'retry-after': '120' } }),
  'says 500': () => ({ status: 500, body: 'oops' }),
  'says 503 with HTML': () => ({ status: 503, body: '<html>Down for maintenance</html>' }),
  'sends HTML for JSON': () => ({ body: '<html>Sign in</html>' }),
  'sends another JSON': () => ({ body: { message: 'Server Error' } }),
  'is not there': () => ({ status: 404, body: 'not found' }),
  'closes the connection': () => ({ fault: 'cut' }),
  'never answers': () => ({ fault: 'hang' }),
  'sends byte by byte': (answer) => ({ ...answer, fault: 'trickle' }),
  'sends half of a gzip': (answer) => ({ ...answer, isGzipped: true, fault: 'truncate' }),
  'breaks off': (answer) => ({ ...answer, fault: 'break' }),
  'sends a bomb': () => ({ body: BOMB, headers: { 'content-encoding': 'gzip' } }),
  'redirects in a circle': () => ({ status: 302, headers: { location: '/' } }),
  'redirects to another host': (_, { elsewhere }) => ({
    status: 302,
    headers: { location: `${elsewhere}/secret` },
  }),
}
/** An answer is over its limit at 8 MB, and silent after 50 ms: what is slow here need not be slow in the test. */
const LIMITS = { maxBytes: 8 * 2 ** 20, silenceMs: 50, graceMs: 100, leastBytesPerSecond: 5_000 }

/** One fault after the other, for a third of all answers, until all runs have ended. */
const faulty = (play: Play, setting: Setting, until: number, met: Set<string>): Play => {
  const names = Object.keys(FAULTS)
  let seed = 20_260_102
  let count = 0
  return (request) => {
    seed = (seed * 48_271) % 2_147_483_647
    if (setting.now() > until || seed % 1000 > 330) return play(request)
    const name = names[(count += 1) % names.length] ?? ''
    const fault = FAULTS[name] ?? ((answer) => answer)
    met.add(name)
    return fault(play(request), setting)
  }
}

const polled = async (name: string, isFaulty: boolean) => {
  const world = CI_WORLDS[name]
  if (world === undefined) throw new Error(name)
  const course = courseOf(RUNS, FROM + MINUTE_MS, 10 * MINUTE_MS, 45 * MINUTE_MS)
  const hand = handPace(FROM)
  const stop = new AbortController()
  // Two hours later all has been told.
  const until = course.endsAt + 2 * HOUR_MS
  const pace: typeof hand = {
    ...hand,
    sleep: async (ms, signal) => {
      await hand.sleep(ms, signal)
      if (hand.now() > until) stop.abort()
    },
  }
  const elsewhere = await startCiServer(() => ({ body: 'secret' }))
  const met = new Set<string>()
  const sentAt: number[] = []
  const setting = { now: hand.now, elsewhere: elsewhere.url }
  const play = playCourse(world, course, hand.now)
  const server = await startCiServer((request) => {
    sentAt.push(hand.now())
    return playing(request)
  })
  const playing = isFaulty ? faulty(play, setting, course.endsAt, met) : play
  cleanups.push(server.close, elsewhere.close)
  const given = { ...world.configured(server.url), name, every: '30s' }
  const ports = { env: () => 'token', file: () => '' }
  const [configured] = readConfig({ sources: [given] }, ports, 'test').sources
  if (configured === undefined) throw new Error('nothing is configured')
  const client = testClient(configured.source, pace, LIMITS, PER_HOUR)
  cleanups.push(client.close)
  const { session } = testSession(configured.source, client, pace)
  const facts: RunEvent[] = []
  const failures = new Map<SourceFailure, number>()
  await runLoop(
    {
      session,
      everyMs: configured.source.everyMs,
      pace,
      health: createHealth(name),
      outbox: createOutbox((offers) => {
        for (const { topic, record } of offers)
          if (topic === 'ci.run-events.v1') facts.push(record as RunEvent)
        return Promise.resolve()
      }),
      onFailure: ({ reason }) => failures.set(reason, (failures.get(reason) ?? 0) + 1),
    },
    stop.signal,
  )
  return { facts, failures, met, sentAt, elsewhere: elsewhere.requests.length }
}

/** `number kind` of what all sources tell of a run, in the order it was told. */
const told = (facts: readonly RunEvent[]): string[] =>
  facts
    .filter(({ kind }) => kind === 'started' || kind === 'finished')
    .map(({ runId, kind, outcome }) => `${runId} ${kind} ${outcome ?? ''}`.trim())

const busiestHour = (sentAt: readonly number[]): number =>
  Math.max(...sentAt.map((at) => sentAt.filter((one) => one >= at && one < at + HOUR_MS).length))

describe('a service with every fault there is', () => {
  it.each(Object.keys(CI_WORLDS))(
    'of kind %s loses nothing, doubles nothing, keeps order and quota',
    async (name) => {
      const clean = await polled(name, false)
      const { facts, failures, met, sentAt, elsewhere } = await polled(name, true)
      expect([...met].toSorted()).toEqual(Object.keys(FAULTS).toSorted())
      expect(failures.size).toBeGreaterThan(3)
      const ids = facts.map(({ eventId }) => eventId)
      expect(new Set(ids).size).toBe(ids.length)
      const runs = Array.from({ length: RUNS }, (_, index) => index + 1)
      for (const all of [told(clean.facts), told(facts)])
        for (const run of runs)
          expect(all.filter((line) => line.startsWith(`${run} `))).toEqual([
            `${run} started`,
            `${run} finished ${run % 3 === 0 ? 'failure' : 'success'}`,
          ])
      expect(elsewhere).toBe(0)
      expect(busiestHour(sentAt)).toBeLessThanOrEqual(PER_HOUR)
      expect(busiestHour(clean.sentAt)).toBeLessThanOrEqual(PER_HOUR)
    },
    120_000,
  )
})
