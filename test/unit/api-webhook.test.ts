import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHttpClient, HttpError } from '../../runtime/http.ts'
import type { DeadLetter } from '../../schemas/events.ts'
import { backoffMs, RETRY_POLICY, retryAfterMs } from '../../sinks/notify/retry.ts'
import { isGenuine, sign } from '../../sinks/notify/signature.ts'
import { runWebhook, WEBHOOK_CURSOR, type WebhookConfig } from '../../sinks/notify/webhook.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { startFaultyServer, type ScriptedAnswer } from '../support/faulty-server.ts'
import { NOON, sampleIncident } from '../support/sample-records.ts'

const SECRET = 'a shared secret'
const QUICK = { maxAttempts: 3, firstWaitMs: 1, maxWaitMs: 50 }
/** The machine may be busy. */
const PATIENCE = { timeout: 10_000 }
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const incident = (index: number) =>
  published(
    'ci.incidents.v1',
    sampleIncident({ eventId: `i${index}`, incident: `i${index}`, observedAt: NOON + index }),
  )

const startServer = async (answers: readonly ScriptedAnswer[], port = 0) => {
  const server = await startFaultyServer(answers, port)
  cleanups.push(server.close)
  return server
}

/** A webhook that runs against an address, with what it saved and rejected. `stop` ends it as a shutdown does. */
const startWebhook = (url: string, options: Partial<WebhookConfig> = {}, cursor?: number) => {
  const pipeline = createTestPipeline()
  const http = createHttpClient()
  const controller = new AbortController()
  const cursors = new Map<string, number>(cursor === undefined ? [] : [[WEBHOOK_CURSOR, cursor]])
  const deadLetters: DeadLetter[] = []
  const start = () =>
    runWebhook(
      { url, secret: SECRET, retry: QUICK, ...options },
      {
        log: pipeline.log,
        http,
        clock: { now: () => NOON },
        metrics: pipeline.deps.metrics,
        loadCursor: (name) => cursors.get(name),
        saveCursor: (name, offset) => cursors.set(name, offset),
        offerDeadLetter: (letter) => deadLetters.push(letter),
        onCommit: pipeline.deps.onCommit,
      },
      controller.signal,
    )
  const stop = async (running: Promise<void>) => {
    controller.abort()
    await running
    await http.close()
  }
  const run = () => {
    const running = start()
    cleanups.push(() => stop(running))
    return running
  }
  const cursorAt = (offset: number) =>
    vi.waitFor(() => {
      expect(cursors.get(WEBHOOK_CURSOR)).toBe(offset)
    }, PATIENCE)
  return { pipeline, deadLetters, cursors, run, start, stop, cursorAt }
}
const idsOf = (server: Awaited<ReturnType<typeof startServer>>) =>
  server.requests.map(({ headers }) => headers['idempotency-key'])

describe('the webhook', () => {
  it('sends each incident record from its start on, signed, under its event id', async () => {
    const server = await startServer([{}])
    const webhook = startWebhook(server.url)
    webhook.pipeline.publish([incident(0)])
    void webhook.run()
    await webhook.cursorAt(1)
    webhook.pipeline.publish([incident(1), incident(2)])
    await webhook.cursorAt(3)
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

  it('tries again after 500, a cut connection and no answer in time, and keeps the order', async () => {
    const server = await startServer([{ status: 500 }, { fault: 'cut' }, { fault: 'hang' }, {}])
    const webhook = startWebhook(
      server.url,
      { timeoutMs: 300, retry: { ...QUICK, maxAttempts: 99 } },
      0,
    )
    webhook.pipeline.publish([incident(1), incident(2)])
    void webhook.run()
    await webhook.cursorAt(2)
    const ids = idsOf(server)
    expect(ids.filter((id) => id === 'i1').length).toBeGreaterThanOrEqual(4)
    expect(ids.lastIndexOf('i1')).toBeLessThan(ids.indexOf('i2'))
    expect(webhook.deadLetters).toEqual([])
  })

  it('waits as long as Retry-After says', async () => {
    const server = await startServer([{ status: 429, headers: { 'retry-after': '1' } }, {}])
    const webhook = startWebhook(server.url, { retry: { ...QUICK, maxWaitMs: 5_000 } }, 0)
    webhook.pipeline.publish([incident(1)])
    void webhook.run()
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(2)
    }, PATIENCE)
    const [first, second] = server.requests
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(950)
  })

  it('gives up after so many attempts, keeps the record as a dead letter, and sends the next', async () => {
    const server = await startServer([{ status: 503 }, { status: 503 }, { status: 503 }, {}])
    const webhook = startWebhook(server.url, {}, 0)
    webhook.pipeline.publish([incident(1), incident(2)])
    void webhook.run()
    await webhook.cursorAt(2)
    expect(idsOf(server)).toEqual(['i1', 'i1', 'i1', 'i2'])
    expect(webhook.deadLetters).toMatchObject([
      {
        eventId: 'i1/webhook',
        position: '0',
        reason: 'undeliverable',
        detail: 'the receiver answered 503, 3 times',
      },
    ])
  })

  it('does not repeat what is refused for good', async () => {
    const server = await startServer([{ status: 401 }, { status: 302 }, {}])
    const webhook = startWebhook(server.url, {}, 0)
    webhook.pipeline.publish([incident(1), incident(2), incident(3)])
    void webhook.run()
    await webhook.cursorAt(3)
    expect(idsOf(server)).toEqual(['i1', 'i2', 'i3'])
    expect(webhook.deadLetters.map(({ detail }) => detail)).toEqual([
      'the receiver answered 401',
      'the receiver answered 302',
    ])
  })

  it('delivers what came while the receiver was down, and never holds up the pipeline', async () => {
    const gone = await startServer([{}])
    gone.close()
    const webhook = startWebhook(gone.url, { retry: { ...QUICK, maxAttempts: 1_000 } }, 0)
    void webhook.run()
    webhook.pipeline.publish([incident(1)])
    webhook.pipeline.publish([incident(2)])
    expect(webhook.pipeline.log.endOffset('ci.incidents.v1')).toBe(2)
    const back = await startServer([{}], gone.port)
    await webhook.cursorAt(2)
    expect(idsOf(back)).toEqual(['i1', 'i2'])
  })

  it('sends a record again after a stop in the middle of it, under the same id', async () => {
    const server = await startServer([{ fault: 'hang' }, {}])
    const first = startWebhook(server.url, {}, 0)
    first.pipeline.publish([incident(1)])
    const running = first.start()
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(1)
    })
    await first.stop(running)
    expect(first.cursors.get(WEBHOOK_CURSOR)).toBe(0)
    const second = startWebhook(server.url, {}, 0)
    second.pipeline.publish([incident(1)])
    void second.run()
    await second.cursorAt(1)
    expect(idsOf(server)).toEqual(['i1', 'i1'])
  })

  it('takes an answer too large to read for an answer', async () => {
    const server = await startServer([{ body: 'x'.repeat(70_000) }])
    const webhook = startWebhook(server.url, {}, 0)
    webhook.pipeline.publish([incident(1)])
    void webhook.run()
    await webhook.cursorAt(1)
    expect(server.requests).toHaveLength(1)
  })

  it('refuses an address that is not one of http', async () => {
    await expect(startWebhook('file:///etc/passwd').start()).rejects.toThrow('http://')
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
