import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../producers/config/config.ts'
import { liveSources } from '../../producers/live.ts'
import { isRecording, openRecordingFolder } from '../../producers/recording/folder.ts'
import { openRecording } from '../../producers/recording/recording.ts'
import { withoutSecrets } from '../../producers/recording/entries.ts'
import { systemClock } from '../../runtime/clock.ts'
import type { Offer } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { TOPICS } from '../../schemas/topics.ts'
import { startCiServer, type Play } from '../support/ci-server.ts'
import { playGithub, type WorldRun } from '../support/github-world.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SECRET = 'ghp_do_not_write_me_down'
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A job that takes a step further each second, and ends after the third. */
const runAt = (id: number, createdAt: number, seconds: number): WorldRun => {
  const isEnded = seconds >= 3
  const steps = [1, 2, 3].slice(0, seconds + 1).map((number) => {
    const isDone = number <= seconds
    return {
      name: `s${number}`,
      number,
      status: isDone ? 'completed' : 'in_progress',
      conclusion: isDone ? 'success' : null,
    }
  })
  const [status, conclusion] = isEnded ? ['completed', 'success'] : ['in_progress', null]
  const job = {
    id: id * 10,
    name: 'unit',
    status,
    conclusion,
    createdAt,
    startedAt: createdAt,
    completedAt: isEnded ? createdAt + 3000 : null,
    steps,
  }
  return {
    id,
    attempt: 1,
    status,
    conclusion,
    createdAt,
    updatedAt: createdAt + 1000 * Math.min(seconds, 3),
    jobs: [[job]],
  }
}

/** The wire bytes of offers, which hold all there is of them. */
const bytesOf = (offers: readonly Offer[]): string[] =>
  offers.map(({ topic, record }) =>
    CODECS[TOPICS[topic].schema].encode(record as never).toString('base64'),
  )

const configOf = (server: { url: string }, second: { url: string }) => {
  const source = { kind: 'github', repos: ['o/r'], every: '1s', token: { env: 'T' } }
  const sources = [
    { ...source, api: server.url },
    { ...source, api: second.url, name: 'other', pulls: false },
  ]
  const jobs = [{ match: ['CI / *'], source: 'github', policy: 'watch' }]
  return readConfig({ sources, jobs }, { env: () => SECRET, file: () => '' }, 'test')
}

const finished = (offers: readonly Offer[]): number =>
  offers.filter(({ record }) => 'kind' in record && record.kind === 'finished').length

type Offered = readonly Offer[]
const bothEnded = (offers: Offered): boolean => finished(offers) >= 2

/** Polls until enough was told: the end of both runs, where nothing else is said. */
const live = async (
  config: ReturnType<typeof configOf>,
  record: string,
  isEnough: (offers: Offered) => boolean = bothEnded,
) => {
  const offered: { at: number; name: string; offers: readonly Offer[] }[] = []
  const cursors = new Map<string, string>()
  const stop = new AbortController()
  const sources = liveSources(
    config.sources,
    {
      clock: systemClock,
      offer: async (offers) => {
        const [first] = offers
        if (first !== undefined)
          offered.push({
            at: first.record.observedAt,
            name: (first.record as { source: string }).source,
            offers,
          })
        await sleep(1)
      },
      loadCursor: (name) => cursors.get(name),
      saveCursor: (name, json) => cursors.set(name, json),
      log: null,
      record,
      onFailure: () => undefined,
      onNote: () => undefined,
    },
    stop.signal,
  )
  const running = sources.run()
  const isDone = (): boolean => isEnough(offered.flatMap(({ offers }) => offers))
  for (let tries = 0; !isDone() && tries < 300; tries += 1) await sleep(50)
  stop.abort()
  await running
  const order = offered.toSorted((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
  return { offers: order.flatMap(({ offers }) => offers), status: sources.status() }
}
const replayed = async (folder: string, from = 0): Promise<Offer[]> => {
  const offers: Offer[] = []
  const { signal } = new AbortController()
  for await (const batch of openRecording(folder).batches(from, signal))
    offers.push(...batch.offers)
  return offers
}

describe('a recording', () => {
  it('gives in virtual time the facts of the live session, byte for byte, faults and all', async () => {
    const began = Date.now()
    const seconds = () => Math.floor((Date.now() - began) / 1000)
    const world = playGithub(() => ({ runs: [runAt(1, began, seconds())], pulls: [] }))
    const faulty: Play = (request) => {
      if (request.index === 4) return { status: 500 }
      if (request.index === 6) return { body: 'x'.repeat(5000), isGzipped: true, fault: 'truncate' }
      if (request.index === 7) return { fault: 'cut' }
      return world(request)
    }
    const [server, second] = [await startCiServer(faulty), await startCiServer(world)]
    cleanups.push(server.close, second.close)
    const folder = temporaryFolder()
    const config = configOf(server, second)
    openRecordingFolder(folder, config)
    const { offers, status } = await live(config, folder)
    expect(isRecording(folder)).toBe(true)
    expect(finished(offers)).toBe(2)
    expect(status.every(({ rounds }) => rounds >= 3)).toBe(true)
    const started = offers
      .map(({ record }) => record as RunEvent)
      .filter(({ kind }) => kind === 'started')
    expect(started.map(({ source, labels }) => [source, labels['policy']]).toSorted()).toEqual([
      ['github', 'watch'],
      ['other', undefined],
    ])
    expect(bytesOf(await replayed(folder))).toEqual(bytesOf(offers))
    const text = readdirSync(join(folder, 'github'))
      .map((name) => gunzipSync(readFileSync(join(folder, 'github', name))).toString())
      .join('')
    expect(text).toContain('"t":"answer"')
    expect(text + readFileSync(join(folder, 'recording.json'), 'utf8')).not.toContain(SECRET)

    // After a crash a file may end anywhere: what lies before is replayed all the same.
    const [last = ''] = readdirSync(join(folder, 'github')).toReversed()
    appendFileSync(join(folder, 'github', last), Buffer.from([0x1f, 0x8b, 8, 0, 0]))
    expect(bytesOf(await replayed(folder))).toEqual(bytesOf(offers))
    const rest = bytesOf(await replayed(folder, 2))
    expect(bytesOf(offers).slice(-rest.length)).toEqual(rest)
    expect(() => {
      const sources = config.sources.slice(0, 1).map((one) => ({ ...one, given: { kind: 'prow' } }))
      openRecordingFolder(folder, { ...config, sources })
    }).toThrow('with github configured otherwise')
    expect(() => {
      openRecordingFolder(folder, { ...config, jobs: [] })
    }).toThrow('with jobs configured otherwise')
  })

  it('tells why a request was never sent, as the live session did', async () => {
    const began = Date.now()
    const world = playGithub(() => ({ runs: [runAt(1, began, 1)], pulls: [] }))
    const [server, second] = [await startCiServer(world), await startCiServer(world)]
    cleanups.push(server.close, second.close)
    const folder = temporaryFolder()
    const whole = configOf(server, second)
    const [one] = whole.sources
    if (one === undefined) throw new Error('nothing is configured')
    const config = { ...whole, sources: [{ ...one, requestsPerHour: 8 }] }
    openRecordingFolder(folder, config)
    const isSpent = (offers: Offered) =>
      offers.some(({ record }) => 'reason' in record && record.reason === 'quota-spent')
    const { offers } = await live(config, folder, isSpent)
    expect(isSpent(offers)).toBe(true)
    expect(bytesOf(await replayed(folder))).toEqual(bytesOf(offers))
    expect(server.requests.length).toBeLessThanOrEqual(8)
  })

  it('goes on after a new start, each fact once', async () => {
    const began = Date.now()
    const world = playGithub(() => ({ runs: [runAt(1, began - 60_000, 3)], pulls: [] }))
    const [server, second] = [await startCiServer(world), await startCiServer(world)]
    cleanups.push(server.close, second.close)
    const folder = temporaryFolder()
    const config = configOf(server, second)
    openRecordingFolder(folder, config)
    const { offers } = await live(config, folder)
    await live(config, folder)
    expect(readdirSync(join(folder, 'other'))).toHaveLength(2)
    const facts = (all: readonly Offer[]) =>
      bytesOf(all.filter(({ topic }) => topic !== 'ci.source-states.v1'))
    expect(facts(await replayed(folder))).toEqual(facts(offers))
  })

  it('leaves secrets out of addresses', () => {
    expect(withoutSecrets('https://h/p?token=abc&page=2&access_key=x')).toBe(
      'https://h/p?token=left-out&page=2&access_key=left-out',
    )
  })
})
