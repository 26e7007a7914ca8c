import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHttpClient, HttpError } from '../../runtime/http.ts'
import { EVERYTHING } from '../../sinks/notify/filter.ts'
import { AT_ONCE } from '../../sinks/notify/pace.ts'
import { backoffMs, RETRY_POLICY, retryAfterMs } from '../../sinks/notify/retry.ts'
import { isGenuine, sign } from '../../sinks/notify/signature.ts'
import { createWebhook, type WebhookConfig } from '../../sinks/notify/webhook.ts'
import { startFaultyServer, type ScriptedAnswer } from '../support/faulty-server.ts'
import { anIncident, createOutboxes } from '../support/outboxes.ts'
import { PATIENCE } from '../support/patience.ts'
import { NOON } from '../support/sample-records.ts'

const SECRET = 'a shared secret'
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const startServer = async (answers: readonly ScriptedAnswer[], port = 0) => {
  const server = await startFaultyServer(answers, port)
  cleanups.push(server.close)
  return server
}
const webhookTo = (url: string, options: Partial<WebhookConfig> = {}) => {
  const http = createHttpClient()
  cleanups.push(http.close)
  const base = { name: 'webhook', filter: EVERYTHING, pace: { ...AT_ONCE, perMinute: 6_000 } }
  return createWebhook(
    { ...base, url, secret: SECRET, ...options },
    { http, clock: { now: () => NOON } },
  )
}
const outboxes = () => {
  const world = createOutboxes()
  cleanups.push(world.close)
  return world
}
const idsOf = (server: Awaited<ReturnType<typeof startServer>>) =>
  server.requests.map(({ headers }) => headers['idempotency-key'])

describe('the webhook', () => {
  it('sends each incident record from its start on, signed, under its event id', async () => {
    const server = await startServer([{}])
    const [world, webhook] = [outboxes(), webhookTo(server.url)]
    world.publish(anIncident(0))
    world.run(webhook)
    world.publish(anIncident(1), anIncident(2))
    await world.settledAt(webhook, 3)
    expect(idsOf(server)).toEqual(['i1', 'i2'])
    const [request] = server.requests
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ eventId: 'i1', pFailLow: 0.82 })
    const signed = {
      timestamp: String(request?.headers['stopline-timestamp']),
      signature: String(request?.headers['stopline-signature']),
      body: request?.body ?? '',
    }
    expect(isGenuine(SECRET, signed, NOON / 1000)).toBe(true)
  })

  it('tries again after 500, a cut connection and no answer in time, and loses nothing', async () => {
    const server = await startServer([{ status: 500 }, { fault: 'cut' }, { fault: 'hang' }, {}])
    const [world, webhook] = [outboxes(), webhookTo(server.url, { timeoutMs: 300 })]
    world.publish(anIncident(1), anIncident(2))
    world.run(webhook, 0)
    await world.settledAt(webhook, 2)
    expect(new Set(idsOf(server))).toEqual(new Set(['i1', 'i2']))
    expect(server.requests.length).toBeGreaterThanOrEqual(5)
    expect(world.deadLetters).toEqual([])
  })

  it('waits as long as Retry-After says, and up to its limit', async () => {
    const server = await startServer([{ status: 429, headers: { 'retry-after': '1' } }, {}])
    const [world, webhook] = [outboxes(), webhookTo(server.url)]
    world.publish(anIncident(1))
    world.run(webhook, 0)
    await world.settledAt(webhook, 1)
    const [first, second] = server.requests
    // The policy of the test waits 50 ms at most.
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(45)
  })

  it('does not repeat what is refused for good, and keeps it as a dead letter', async () => {
    const server = await startServer([{ status: 401 }, { status: 302 }, {}])
    const [world, webhook] = [outboxes(), webhookTo(server.url)]
    world.publish(anIncident(1), anIncident(2), anIncident(3))
    world.run(webhook, 0)
    await world.settledAt(webhook, 3)
    expect(idsOf(server)).toEqual(['i1', 'i2', 'i3'])
    expect(world.deadLetters).toMatchObject([
      { eventId: 'i1/webhook', position: '0', detail: 'the receiver answered 401' },
      { eventId: 'i2/webhook', position: '1', detail: 'the receiver answered 302' },
    ])
  })

  it('gives up one that fails again and again while others are delivered', async () => {
    const server = await startServer([])
    const [world, webhook] = [outboxes(), webhookTo(server.url)]
    const send = vi.fn<typeof webhook.send>(([notice]) =>
      Promise.resolve(
        notice?.incident.incident === 'i1'
          ? { kind: 'again', why: 'the receiver answered 500', mayBeAtFault: true }
          : { kind: 'delivered' },
      ),
    )
    world.publish(anIncident(1), anIncident(2))
    world.run({ ...webhook, send }, 0)
    await world.settledAt(webhook, 2)
    expect(world.deadLetters).toMatchObject([
      { reason: 'undeliverable', detail: 'the receiver answered 500, 8 times' },
    ])
  })

  it('keeps what waits for a receiver that is down for a day, and tells it each once when it is back', async () => {
    const gone = await startServer([{}])
    gone.close()
    const [world, webhook] = [outboxes(), webhookTo(gone.url)]
    world.run(webhook, 0)
    for (let hour = 0; hour < 24; hour += 1) {
      // Forty incidents, each told again and again.
      for (let i = 0; i < 40; i += 1)
        world.publish(
          anIncident(i, { eventId: `i${i}/${hour}`, state: hour === 0 ? 'open' : 'update' }),
        )
      world.passTime(3_600_000)
    }
    const back = await startServer([{}], gone.port)
    await world.settledAt(webhook, 24 * 41)
    expect(world.deadLetters).toEqual([])
    // One that was under way may be told by its newest record too.
    expect(new Set(idsOf(back)).size).toBe(40)
    expect(back.requests.length).toBe(40)
    expect(idsOf(back).every((id) => String(id).endsWith('/23'))).toBe(true)
  })

  it('does not flood a receiver that is back after a day: so many a minute, the newest of each', async () => {
    const gone = await startServer([{}])
    gone.close()
    const webhook = webhookTo(gone.url, { pace: { ...AT_ONCE, perMinute: 5 } })
    const world = outboxes()
    world.run(webhook, 0)
    for (let i = 0; i < 40; i += 1) world.publish(anIncident(i))
    world.passTime(86_400_000)
    const back = await startServer([{}], gone.port)
    const settledInMinute = async (minute: number): Promise<void> => {
      await vi.waitFor(() => {
        expect(back.requests.length).toBe(Math.min(40, 5 * (minute + 1)))
      }, PATIENCE)
      await new Promise((resolve) => setTimeout(resolve, 150))
      expect(back.requests.length).toBe(Math.min(40, 5 * (minute + 1)))
    }
    for (let minute = 0; minute < 8; minute += 1) {
      await settledInMinute(minute)
      world.passTime(60_000)
    }
    expect(new Set(idsOf(back)).size).toBe(40)
    expect(world.deadLetters).toEqual([])
  })

  it('sends a record again after a stop in the middle of it, under the same id', async () => {
    const server = await startServer([{ fault: 'hang' }, {}])
    const [world, webhook] = [outboxes(), webhookTo(server.url)]
    world.publish(anIncident(1))
    const stop = world.run(webhook, 0)
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(1)
    }, PATIENCE)
    await stop()
    expect(world.numbers.get('notify/webhook')).toBe(0)
    world.run(webhook)
    await world.settledAt(webhook, 1)
    expect(idsOf(server)).toEqual(['i1', 'i1'])
  })

  it('takes an answer too large to read for an answer', async () => {
    const server = await startServer([{ body: 'x'.repeat(70_000) }])
    const [world, webhook] = [outboxes(), webhookTo(server.url)]
    world.publish(anIncident(1))
    world.run(webhook, 0)
    await world.settledAt(webhook, 1)
    expect(server.requests).toHaveLength(1)
  })

  it('refuses an address that is not one of http', () => {
    expect(() => webhookTo('file:///etc/passwd')).toThrow('http://')
  })
})

describe('a signature', () => {
  // printf '1714564800.{}' | openssl dgst -sha256 -hmac s
  const signature = sign('s', 1_714_564_800, '{}')
  const signed = { timestamp: '1714564800', signature, body: '{}' }

  it('is the HMAC-SHA256 of timestamp and body', () => {
    expect(signature).toBe('v1=b5414cc5fdfbc2b69fbb6f06c287d8c433ed58ee896da245a2a5be07e7950b0e')
  })

  it('holds within five minutes and for nothing changed', () => {
    expect(isGenuine('s', signed, 1_714_564_800 + 300)).toBe(true)
    expect(isGenuine('s', signed, 1_714_564_800 + 301)).toBe(false)
    expect(isGenuine('t', signed, 1_714_564_800)).toBe(false)
    expect(isGenuine('s', { ...signed, body: '{ }' }, 1_714_564_800)).toBe(false)
    expect(isGenuine('s', { ...signed, timestamp: '1714564801' }, 1_714_564_800)).toBe(false)
    expect(isGenuine('s', { ...signed, timestamp: 'now' }, 1_714_564_800)).toBe(false)
    expect(isGenuine('s', { ...signed, signature: 'v1=' }, 1_714_564_800)).toBe(false)
  })
})

describe('waiting', () => {
  it('doubles after each failure up to a limit', () => {
    const waits = [1, 3, 8, 20].map((count) => backoffMs(RETRY_POLICY, count))
    expect(waits).toEqual([1_000, 4_000, 128_000, 300_000])
  })

  it('reads Retry-After as seconds or as a date', () => {
    const after = (text?: string) =>
      retryAfterMs(
        {
          status: 429,
          body: Buffer.alloc(0),
          headers: text === undefined ? {} : { 'retry-after': text },
        },
        NOON,
      )
    expect(after('3')).toBe(3_000)
    expect(after('Wed, 01 May 2024 12:00:05 GMT')).toBe(5_000)
    expect(after('Wed, 01 May 2024 11:00:00 GMT')).toBe(0)
    expect(after('soon')).toBeUndefined()
    expect(after()).toBeUndefined()
  })
})

describe('outgoing HTTP', () => {
  it('names what went wrong without the address, which may hold a secret', async () => {
    const server = await startServer([{ body: 'x'.repeat(11) }, { fault: 'hang' }])
    const http = createHttpClient()
    cleanups.push(http.close)
    const get = (timeoutMs: number) =>
      http.send({ method: 'GET', url: `${server.url}?token=t`, timeoutMs, maxBytes: 10 })
    await expect(get(1_000)).rejects.toMatchObject({ reason: 'too-large' })
    const late = await get(50).catch((error: unknown) => error)
    expect(late).toBeInstanceOf(HttpError)
    expect(late).toMatchObject({ reason: 'timeout' })
    expect((late as HttpError).message).not.toContain('token')
  })
})
