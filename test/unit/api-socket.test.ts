/** The stream on a WebSocket, asked by a real client: the events, filters, resumption and authority of server-sent events. */

import { request } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { WebSocket } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashOf } from '../../api/access.ts'
import { buildApp } from '../../api/app.ts'
import type { Access } from '../../api/deps.ts'
import { createTestPipeline, published, type TestPipeline } from '../support/api-deps.ts'
import { NOON, sampleForecast, sampleIncident, sampleRun } from '../support/sample-records.ts'
import { PATIENCE } from '../support/patience.ts'

interface StreamEvent {
  readonly id: string
  readonly event: string
  readonly data: Record<string, unknown>
}
interface Listener {
  readonly all: () => StreamEvent[]
  readonly events: () => StreamEvent[]
  readonly isClosed: () => boolean
  readonly socket: WebSocket
}
const READ = 'read-token-of-some-length-1'
const ACCESS: Access = {
  tokens: [{ name: 'dash', role: 'read', sha256: hashOf(READ), until: NOON + 1_000 }],
  perMinute: 100,
  origins: ['https://dash.test'],
  now: () => NOON,
}

let pipeline: TestPipeline
let app: FastifyInstance
const open: WebSocket[] = []

const start = async (access?: Access): Promise<void> => {
  pipeline = createTestPipeline({ access })
  app = await buildApp(pipeline.deps)
  await app.listen({ host: '127.0.0.1', port: 0 })
}
const address = (query: string): string =>
  `127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/stream${query}`

/** Opens a socket; resolves when it is open, rejects when it is refused. */
const listen = async (query = '', headers: Record<string, string> = {}): Promise<Listener> => {
  const socket = new WebSocket(`ws://${address(query)}`, { headers })
  open.push(socket)
  const heard: StreamEvent[] = []
  let isClosed = false
  socket.addEventListener('message', ({ data }) => {
    heard.push(JSON.parse(data as string) as StreamEvent)
  })
  socket.addEventListener('close', () => (isClosed = true))
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  socket.addEventListener('open', resolve)
  socket.addEventListener('error', () => {
    reject(new Error('refused'))
  })
  await promise
  await vi.waitFor(() => {
    expect(heard.length).toBeGreaterThan(0)
  }, PATIENCE)
  return {
    ...{ socket, all: () => heard, isClosed: () => isClosed },
    events: () => heard.filter(({ event }) => event !== 'tick'),
  }
}
const heard = (listener: Listener, count: number) =>
  vi.waitFor(() => {
    expect(listener.events()).toHaveLength(count)
    return listener.events()
  }, PATIENCE)
const forecast = (index: number) =>
  published('ci.forecasts.v1', sampleForecast({ eventId: `f${index}`, observedAt: NOON + index }))
/** What is answered where the handshake is refused: how it would be to one who asks by hand. */
const refusalOf = async (query: string, headers: Record<string, string> = {}) => {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; code: string }>()
  request(
    `http://${address(query)}`,
    {
      // A connection that was refused is closed, never to be used again.
      agent: false,
      headers: {
        ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
        ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers },
      },
    },
    (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => {
        const { code } = JSON.parse(body) as { code: string }
        resolve({ status: response.statusCode ?? 0, code })
      })
    },
  )
    .on('upgrade', (_response, socket) => {
      socket.destroy()
      resolve({ status: 101, code: 'upgraded' })
    })
    .on('error', reject)
    .end()
  return promise
}
/** What is answered to a handshake by hand: all of it, or until the other side hangs up. */
const handshake = async (url: string, { untilClosed = false } = {}): Promise<string> => {
  const { host, hostname, port, pathname, search } = new URL(`http://${url}`)
  const socket = connect(Number(port), hostname)
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  let heard = ''
  for await (const chunk of socket) {
    heard += (chunk as Buffer).toString()
    if (!untilClosed && heard.endsWith('}')) break
  }
  return heard
}

beforeEach(async () => {
  await start()
})
afterEach(async () => {
  for (const socket of open.splice(0)) socket.close()
  await app.close()
})

describe('the stream on a WebSocket', () => {
  it('tells first where the pipeline is, then each record as it is published, a message each', async () => {
    pipeline.setNow(NOON)
    const listener = await listen()
    expect(listener.all()[0]).toEqual({
      id: '0.0.0.0.0.0',
      event: 'tick',
      data: { asOf: NOON, lagMs: 7, simulated: false },
    })
    pipeline.publish([forecast(5), published('ci.runs.v1', sampleRun({ observedAt: NOON + 1 }))])
    const events = await heard(listener, 2)
    expect(events.map(({ event, id }) => `${event} ${id}`)).toEqual([
      'run 0.0.0.0.0.1',
      'forecast 1.0.0.0.0.1',
    ])
    expect(events[1]?.data).toMatchObject({ eventId: 'f5', pFail: 0.2 })
  })

  it('goes on after the last event heard, told by address or header, with nothing lost and nothing twice', async () => {
    const first = await listen()
    pipeline.publish([forecast(1), forecast(2)])
    const [one] = await heard(first, 2)
    first.socket.close()
    pipeline.publish([forecast(3)])
    const id = one?.id ?? ''
    const again = [await listen(`?last_event_id=${id}`), await listen('', { 'last-event-id': id })]
    pipeline.publish([forecast(4)])
    for (const listener of again) {
      const ids = (await heard(listener, 3)).map(({ data }) => data['eventId'])
      expect(ids).toEqual(['f2', 'f3', 'f4'])
    }
    const lost = await listen('?last_event_id=9.9.9.9.9.9')
    expect((await heard(lost, 1))[0]?.event).toBe('gap')
  })

  it('begins now for who has heard nothing', async () => {
    pipeline.publish([forecast(1)])
    const listener = await listen('?last_event_id=')
    expect(listener.all()[0]?.event).toBe('tick')
  })

  it('goes on where server-sent events ended: positions are the same', async () => {
    pipeline.publish([forecast(1), forecast(2)])
    const listener = await listen('?last_event_id=1.0.0.0.0.0')
    expect((await heard(listener, 1))[0]?.data).toMatchObject({ eventId: 'f2' })
    const response = await fetch(`http://${address('?last_event_id=1.0.0.0.0.0')}`)
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('event: tick')) break
    }
    expect(text).toContain('"eventId":"f2"')
    expect(text).not.toContain('"eventId":"f1"')
  })

  it('sends only the topics and the job asked for, and refuses a topic that is not streamed', async () => {
    const job = 'prow:openshift/origin:e2e%3A gcp 50%25'
    const listener = await listen(`?topics=incident&job=${encodeURIComponent(job)}`)
    pipeline.publish([
      forecast(1),
      published('ci.incidents.v1', sampleIncident()),
      published('ci.incidents.v1', sampleIncident({ job: 'another' })),
    ])
    pipeline.publish([published('ci.incidents.v1', sampleIncident({ observedAt: NOON + 1 }))])
    const events = await heard(listener, 2)
    expect(events.map(({ event }) => event)).toEqual(['incident', 'incident'])
    const refused = { status: 400, code: 'invalid-parameter' }
    expect(await refusalOf('?topics=weather')).toEqual(refused)
    expect(await refusalOf('?colour=red')).toEqual({ ...refused, code: 'unknown-parameter' })
  })

  it('closes a client that says too much, and forgets one that leaves', async () => {
    const [loud, leaves] = [await listen(), await listen()]
    loud.socket.send('x'.repeat(2_000))
    leaves.socket.close()
    await vi.waitFor(async () => {
      expect([loud.isClosed(), leaves.isClosed()]).toEqual([true, true])
      expect((await app.inject('/metrics')).body).toContain('stopline_stream_clients 0')
    }, PATIENCE)
  })

  it('ends with the app', async () => {
    const listener = await listen()
    await app.close()
    await vi.waitFor(() => {
      expect(listener.isClosed()).toBe(true)
    }, PATIENCE)
  })

  it('is at its own address alone: elsewhere the wish to upgrade is ignored', async () => {
    const elsewhere = [address('').replace('/stream', '/jobs'), `${address('')}s`, address('?x=1')]
    const answers = await Promise.all(elsewhere.map((url) => handshake(url)))
    expect(answers.map((answer) => answer.split(' ')[1])).toEqual(['200', '404', '400'])
    const long = await handshake(address(`?job=${'x'.repeat(5_000)}`))
    expect(long).toContain('address-too-long')
  })

  it('is what the wish for another protocol is ignored for: such as of curl --http2', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown[]>()
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' }
    request(`http://${address('')}`, { agent: false, headers }, (response) => {
      resolve([response.statusCode, response.headers['content-type']])
      response.destroy()
    })
      .on('error', reject)
      .end()
    expect(await promise).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect((await refusalOf('', { upgrade: 'WebSocket' })).status).toBe(101)
  })

  it('hangs up on who is refused', async () => {
    await app.close()
    await start(ACCESS)
    expect(await handshake(address(''), { untilClosed: true })).toContain('unauthorised')
  })
})

describe('who may listen on a WebSocket', () => {
  it('is no page of another origin, also where everybody may read', async () => {
    const refused = { status: 403, code: 'forbidden' }
    expect(await refusalOf('', { origin: 'https://elsewhere.test' })).toEqual(refused)
    const own = `http://${address('').replace(/\/.*/, '')}`
    expect((await refusalOf('', { origin: own })).status).toBe(101)
  })

  it('is who has a token, from our page or a page that is named, until it ends', async () => {
    await app.close()
    let now = NOON
    await start({ ...ACCESS, now: () => now })
    const unauthorised = { status: 401, code: 'unauthorised' }
    const bearer = { authorization: `Bearer ${READ}` }
    expect(await refusalOf('')).toEqual(unauthorised)
    expect(await refusalOf('', { authorization: `Bearer ${READ}x` })).toEqual(unauthorised)
    expect(await refusalOf('', { ...bearer, origin: 'https://dash.test' })).toMatchObject({
      status: 101,
    })
    const cookie = { cookie: `stopline-token=${READ}` }
    expect(await refusalOf('', { ...cookie, origin: 'https://elsewhere.test' })).toEqual(
      unauthorised,
    )
    const listener = await listen('', cookie)
    pipeline.publish([forecast(1)])
    await heard(listener, 1)
    now = NOON + 1_000
    await vi.waitFor(() => {
      expect(listener.isClosed()).toBe(true)
    }, PATIENCE)
  })
})
