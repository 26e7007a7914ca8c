import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { idOf, positionOf, STREAMED_TOPICS } from '../../api/position.ts'
import { onePartition } from '../../runtime/one-partition.ts'
import { createTestPipeline, published, type TestPipeline } from '../support/api-deps.ts'
import { MemoryLog } from '../support/memory-views.ts'
import {
  NOON,
  sampleForecast,
  sampleIncident,
  sampleKpi,
  sampleRun,
} from '../support/sample-records.ts'
import { PATIENCE } from '../support/patience.ts'

interface StreamEvent {
  readonly id: string
  readonly event: string
  readonly data: Record<string, unknown>
}
const parse = (text: string): StreamEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('id: '))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? ''
      return {
        id: field('id'),
        event: field('event'),
        data: JSON.parse(field('data')) as Record<string, unknown>,
      }
    })

/** An open stream; `events` are those heard so far but for ticks. */
interface Listener {
  readonly response: IncomingMessage
  readonly all: () => StreamEvent[]
  readonly events: () => StreamEvent[]
  readonly isClosed: () => boolean
  readonly close: () => void
}

let pipeline: TestPipeline
let app: FastifyInstance
const open: Listener[] = []

const listen = async (query = '', headers: Record<string, string> = {}): Promise<Listener> => {
  const { port } = app.server.address() as AddressInfo
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = httpRequest(
    { port, host: '127.0.0.1', path: `/v1/stream${query}`, headers },
    resolve,
  )
  request.on('error', reject).end()
  const response = await promise
  let text = ''
  let isClosed = false
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  response.on('close', () => (isClosed = true)).on('error', () => (isClosed = true))
  const listener: Listener = {
    response,
    all: () => parse(text),
    events: () => parse(text).filter(({ event }) => event !== 'tick'),
    isClosed: () => isClosed,
    close: () => request.destroy(),
  }
  open.push(listener)
  await vi.waitFor(() => {
    expect(listener.all().length).toBeGreaterThan(0)
  }, PATIENCE)
  return listener
}
const heard = (listener: Listener, count: number) =>
  vi.waitFor(() => {
    expect(listener.events()).toHaveLength(count)
    return listener.events()
  }, PATIENCE)
const forecast = (index: number) =>
  published('ci.forecasts.v1', sampleForecast({ eventId: `f${index}`, observedAt: NOON + index }))

beforeEach(async () => {
  pipeline = createTestPipeline()
  app = await buildApp(pipeline.deps)
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const listener of open.splice(0)) listener.close()
  await app.close()
})

describe('the stream', () => {
  it('tells first where the pipeline is, then each record as it is published, in order of time', async () => {
    pipeline.setNow(NOON)
    const listener = await listen()
    expect(listener.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(listener.response.headers['x-content-type-options']).toBe('nosniff')
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

  it('goes on after the last event heard, with nothing lost and nothing twice', async () => {
    const first = await listen()
    pipeline.publish([forecast(1), forecast(2)])
    const [one] = await heard(first, 2)
    first.close()
    pipeline.publish([forecast(3)])
    const second = await listen('', { 'last-event-id': one?.id ?? '' })
    pipeline.publish([forecast(4)])
    const ids = (await heard(second, 3)).map(({ data }) => data['eventId'])
    expect(ids).toEqual(['f2', 'f3', 'f4'])
  })

  it('loses nothing where writers of a partition are not in step: an id stands for all before its offsets', async () => {
    const first = await listen()
    const late = { ...forecast(1), at: NOON + 9 }
    pipeline.publish([late, forecast(2)])
    const told = await heard(first, 2)
    for (const { id, data } of told) {
      const again = await listen('', { 'last-event-id': id })
      const missed = data['eventId'] === 'f1' ? ['f2'] : []
      const events = await heard(again, missed.length)
      expect(events.map(({ data: { eventId } }) => eventId)).toEqual(missed)
    }
  })

  it('sends only the topics and the job asked for', async () => {
    const job = 'prow:openshift/origin:e2e%3A gcp 50%25'
    const listener = await listen(`?topics=ci.kpis.v1,incident&job=${encodeURIComponent(job)}`)
    pipeline.publish([
      forecast(1),
      published('ci.kpis.v1', sampleKpi()),
      published('ci.kpis.v1', sampleKpi({ subject: 'prow:other' })),
      published('ci.incidents.v1', sampleIncident()),
      published('ci.incidents.v1', sampleIncident({ job: 'another' })),
    ])
    pipeline.publish([published('ci.incidents.v1', sampleIncident({ observedAt: NOON + 1 }))])
    const events = await heard(listener, 3)
    expect(events.map(({ event }) => event)).toEqual(['incident', 'kpi', 'incident'])
  })

  it.each(['9.9.9.9.9.9', 'yesterday'])(
    'says that there is a gap where it cannot go on after %s',
    async (lastEventId) => {
      pipeline.publish([forecast(1)])
      const listener = await listen('', { 'last-event-id': lastEventId })
      expect((await heard(listener, 1))[0]).toMatchObject({ event: 'gap', id: '1.0.0.0.0.0' })
    },
  )

  it('says that there is a gap where more happened than can be sent', async () => {
    const listener = await listen()
    pipeline.publish(Array.from({ length: 2_001 }, (_, index) => forecast(index)))
    expect((await heard(listener, 1))[0]).toMatchObject({ event: 'gap', id: '2001.0.0.0.0.0' })
    const late = await listen('', { 'last-event-id': '0.0.0.0.0.0' })
    expect((await heard(late, 1))[0]?.event).toBe('gap')
  })

  it('closes a client that does not read, and the others go on', async () => {
    const slow = await listen()
    slow.response.pause()
    const quick = await listen('?topics=decision')
    const wide = { source: 'prow', labels: { wide: 'x'.repeat(100_000) } }
    for (let index = 0; index < 400; index += 1)
      pipeline.publish([published('ci.runs.v1', sampleRun(wide))])
    slow.response.resume()
    await vi.waitFor(() => {
      expect(slow.isClosed()).toBe(true)
    }, PATIENCE)
    expect(quick.isClosed()).toBe(false)
    const { body } = await app.inject('/metrics')
    expect(body).toContain('stopline_stream_dropped_total 1')
    expect(body).toContain('stopline_stream_clients 1')
  })

  it('ends with the app', async () => {
    const listener = await listen()
    await app.close()
    await vi.waitFor(() => {
      expect(listener.isClosed()).toBe(true)
    }, PATIENCE)
  })
})

describe('a position', () => {
  it('survives its text, and is none of a log that is shorter', () => {
    const records = new MemoryLog()
    records.append([forecast(1), forecast(2)])
    const log = onePartition(records)
    const position = new Map(STREAMED_TOPICS.map((topic) => [topic, [0]]))
    position.set('ci.forecasts.v1', [2])
    expect(positionOf(idOf(position), log)).toEqual(position)
    expect(positionOf('3.0.0.0.0.0', log)).toBeUndefined()
    expect(positionOf('1.2', log)).toBeUndefined()
  })
})
