import { afterEach, describe, expect, it } from 'vitest'
import { getJson, getText, type Get } from '../../producers/payload/reach.ts'
import { createQuota } from '../../producers/polling/quota.ts'
import { SourceError } from '../../producers/polling/source-error.ts'
import { startCiServer, type PlayedAnswer } from '../support/ci-server.ts'
import { handPace, testClient } from '../support/polling.ts'
import type { StreamLimits } from '../../runtime/http-stream.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const MAX = 2 ** 20
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A client of a server that gives these answers in turn, the last one for ever. */
const start = async (
  answers: readonly PlayedAnswer[],
  { limits = {}, perHour = null }: { limits?: Partial<StreamLimits>; perHour?: number | null } = {},
) => {
  const server = await startCiServer(
    ({ index }) => answers[Math.min(index, answers.length - 1)] ?? {},
  )
  const pace = handPace(NOW)
  const client = testClient({ addresses: [server.url] }, pace, limits, perHour)
  cleanups.push(server.close, client.close)
  return { server, pace, client, url: `${server.url}/a` }
}
const failureOf = async (work: Promise<unknown>): Promise<SourceError> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof SourceError) return error
  throw new Error(`no SourceError: ${String(error)}`)
}
const secondsAhead = (seconds: number, from = NOW) => String(Math.floor(from / 1000) + seconds)

describe('a request', () => {
  it('waits as long as a 429 says, and then goes on', async () => {
    const storm = { status: 429, headers: { 'retry-after': '7' } }
    const { client, url, pace, server } = await start([storm, storm, { body: { a: 1 } }])
    expect(await getJson(client.get, url, MAX)).toEqual({ a: 1 })
    expect(pace.slept).toEqual([7000, 7000])
    expect(server.requests).toHaveLength(3)
  })

  it('ends the round where it would have to wait longer, and asks nothing until then', async () => {
    const { client, url, pace, server } = await start([
      { status: 429, headers: { 'retry-after': '600' } },
      { body: 'fine' },
    ])
    const error = await failureOf(client.get(url))
    expect([error.reason, error.retryAt]).toEqual(['throttled', NOW + 600_000])
    expect((await failureOf(client.get(url))).reason).toBe('throttled')
    expect(server.requests).toHaveLength(1)
    pace.move(600_000)
    expect(await getText(client.get, url, MAX)).toBe('fine')
  })

  it('asks again after a 500 and a broken connection, twice as long apart each time', async () => {
    const { client, url, pace } = await start([{ status: 500 }, { fault: 'cut' }, { body: 'fine' }])
    expect(await getText(client.get, url, MAX)).toBe('fine')
    expect(pace.slept).toEqual([1000, 2000])
  })

  it('hands on the last of four 500s as it is, and gives up on what cannot be reached', async () => {
    const { client, url, server } = await start([{ status: 500 }])
    expect((await client.get(url)).status).toBe(500)
    expect(server.requests).toHaveLength(4)
    await server.close()
    expect((await failureOf(client.get(url))).reason).toBe('unreachable')
  })

  it('leaves a source alone after five failures, longer each time, and tries one request then', async () => {
    const { client, url, server, pace } = await start([{ status: 500 }])
    for (let i = 0; i < 5; i += 1) await client.get(url)
    const error = await failureOf(client.get(url))
    expect([error.reason, error.retryAt]).toEqual(['circuit-open', pace.now() + 30_000])
    expect(server.requests).toHaveLength(20)
    pace.move(30_000)
    await client.get(url)
    expect((await failureOf(client.get(url))).retryAt).toBe(pace.now() + 60_000)
    pace.move(60_000)
    server.play(() => ({ body: 'fine' }))
    expect(await getText(client.get, url, MAX)).toBe('fine')
    expect(await getText(client.get, url, MAX)).toBe('fine')
  })

  it('says so where credentials are not accepted', async () => {
    const { client, url } = await start([{ status: 401 }])
    expect((await failureOf(client.get(url))).reason).toBe('unauthorised')
  })
})

describe('a host that fails', () => {
  it('keeps no other host of its source from being asked', async () => {
    const other = await startCiServer(() => ({ body: 'fine' }))
    cleanups.push(other.close)
    const { url, server, pace } = await start([{ status: 500 }])
    const client = testClient({ addresses: [server.url, other.url] }, pace)
    cleanups.push(client.close)
    for (let i = 0; i < 5; i += 1) await client.get(url)
    expect((await failureOf(client.get(url))).reason).toBe('circuit-open')
    expect(await getText(client.get, other.url, MAX)).toBe('fine')
    expect((await failureOf(client.get(url))).reason).toBe('circuit-open')
  })
})

describe('a body', () => {
  const read = (get: Get, url: string) => getText(get, url, 10 * MAX)

  it('is unpacked; one that was cut off inside is an error, not a shorter text', async () => {
    const body = 'line\n'.repeat(10_000)
    const { client, url } = await start([
      { body, isGzipped: true },
      { body, isGzipped: true, fault: 'truncate' },
      { body, fault: 'break' },
    ])
    expect(await read(client.get, url)).toBe(body)
    expect((await failureOf(read(client.get, url))).reason).toBe('unreachable')
    expect((await failureOf(read(client.get, url))).reason).toBe('unreachable')
  })

  it('that unpacks to more than its limit is stopped on the way', async () => {
    const answer = { body: Buffer.alloc(64 * MAX), isGzipped: true }
    const { client, url } = await start([answer], { limits: { maxBytes: MAX } })
    const error = await failureOf(getText(client.get, url, 1e9))
    expect(error.reason).toBe('too-large')
  })

  it('that only trickles is given up, as is silence', async () => {
    const limits = { silenceMs: 300, graceMs: 100, leastBytesPerSecond: 1e6 }
    const { client, url, pace } = await start(
      [{ body: 'x'.repeat(500), fault: 'trickle' }, { fault: 'hang' }],
      {
        limits,
      },
    )
    expect((await failureOf(read(client.get, url))).reason).toBe('timeout')
    expect((await failureOf(client.get(url))).reason).toBe('timeout')
    expect(pace.slept).toHaveLength(3)
  })
})

describe('what changes only', () => {
  it('is asked for: a 304 is answered with what was kept', async () => {
    const { client, url, server } = await start([{}])
    server.play(({ headers }) =>
      headers['if-none-match'] === '"1"'
        ? { status: 304 }
        : { headers: { etag: '"1"' }, body: { a: 1 } },
    )
    for (let i = 0; i < 3; i += 1) expect(await getJson(client.get, url, MAX)).toEqual({ a: 1 })
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"1"',
      '"1"',
    ])
    expect((await client.get(url, { from: 2, length: 3 })).status).toBe(200)
    expect(server.requests.at(-1)?.headers).toMatchObject({
      range: 'bytes=2-4',
      'accept-encoding': 'identity',
    })
    expect(server.requests.at(-1)?.headers['if-none-match']).toBeUndefined()
  })
})

describe('what is read once', () => {
  it('is not kept, and asked for whole where it is asked for again', async () => {
    const { client, url, server } = await start([{ body: 'fine', headers: { etag: '"1"' } }])
    for (let i = 0; i < 2; i += 1) {
      const answer = await client.get(url, { isOnce: true })
      for await (const piece of answer.body) expect(String(piece)).toContain('fine')
    }
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('quota', () => {
  it('is never exceeded, and a part of it is kept for runs that go on', async () => {
    const { client, url, server, pace } = await start([{ body: 'fine' }], { perHour: 10 })
    for (let i = 0; i < 8; i += 1) await client.get(url)
    const error = await failureOf(client.get(url))
    // A minute counts until all of it is an hour ago.
    expect([error.reason, error.retryAt]).toEqual(['quota-spent', NOW + 61 * 60_000])
    for (let i = 0; i < 2; i += 1) await client.get(url, { isUrgent: true })
    expect((await failureOf(client.get(url, { isUrgent: true }))).reason).toBe('quota-spent')
    expect(server.requests).toHaveLength(10)
    pace.move(61 * 60_000)
    expect((await client.get(url)).status).toBe(200)
    expect(client.quota()).toEqual({ used: 1, limit: 10, remaining: null, shareLeft: null })
  })

  it('holds for any hour, not for those of a clock, and over restarts', () => {
    const quota = createQuota(10, [[Math.floor(NOW / 60_000) - 30, 4]])
    const took = Array.from({ length: 240 }, (_, minute) => {
      const at = NOW + minute * 60_000
      let count = 0
      try {
        for (; count < 20; count += 1) quota.take(true, at)
      } catch {
        // Until there is more.
      }
      return count
    })
    const ofHour = (from: number) =>
      took.slice(Math.max(0, from), from + 60).reduce((sum, count) => sum + count, 0)
    expect(took[0]).toBe(6)
    for (let from = 0; from < 180; from += 1) expect(ofHour(from)).toBeLessThanOrEqual(10)
    expect(ofHour(-29) + 4).toBeLessThanOrEqual(10)
    expect(ofHour(0) + ofHour(60) + ofHour(120)).toBeGreaterThan(25)
    // A clock that is set back frees nothing; one that was a year ahead keeps nothing.
    expect(() => {
      quota.take(true, NOW + 230 * 60_000)
    }).toThrow('0 requests are left')
    const ahead = createQuota(10, [[Math.floor(NOW / 60_000) + 500_000, 10]])
    ahead.take(true, NOW)
    expect(ahead.use().used).toBe(1)
  })

  it('is learned from the source, by its own clock where that is an hour off', async () => {
    const hourAhead = NOW + 3_600_000
    const limits = (remaining: number) => ({
      date: new Date(hourAhead).toUTCString(),
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': secondsAhead(120, hourAhead),
    })
    const { client, url, server } = await start([{ headers: limits(13) }, { headers: limits(12) }])
    await client.get(url)
    await client.get(url)
    const error = await failureOf(client.get(url))
    expect([error.reason, error.retryAt]).toEqual(['quota-spent', NOW + 120_000])
    expect(server.requests).toHaveLength(2)
    expect(client.quota()).toMatchObject({ limit: 60, remaining: 12 })
  })

  it('that is spent by others is waited for', async () => {
    const headers = {
      date: new Date(NOW).toUTCString(),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': secondsAhead(20),
    }
    const { client, url, pace } = await start([{ status: 403, headers }, { body: 'fine' }])
    expect(await getText(client.get, url, MAX)).toBe('fine')
    expect(pace.slept).toEqual([20_000])
  })
})

describe('an address', () => {
  it('outside the configured hosts is not asked, also where a redirect leads there', async () => {
    const elsewhere = await startCiServer(() => ({ body: 'secret' }))
    cleanups.push(elsewhere.close)
    const { client, url, server } = await start([
      { status: 302, headers: { location: `${elsewhere.url}/x` } },
      { status: 302, headers: { location: '/b' } },
      { body: 'fine' },
    ])
    expect((await failureOf(client.get(url))).reason).toBe('forbidden-host')
    expect(await getText(client.get, url, MAX)).toBe('fine')
    const at = server.url.replace('127.0.0.1', 'user:pass@127.0.0.1')
    for (const bad of [`${elsewhere.url}/x`, 'file:///etc/passwd', 'nonsense', at, ''])
      expect((await failureOf(client.get(bad))).reason).toBe('forbidden-host')
    expect(elsewhere.requests).toHaveLength(0)
  })

  it('that redirects in a circle ends', async () => {
    const { client, url, server } = await start([{ status: 301, headers: { location: '/a' } }])
    expect((await failureOf(client.get(url))).reason).toBe('unexpected')
    expect(server.requests).toHaveLength(4)
  })
})
