/** GET /v1/stream: server-sent events of everything that changes. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import { CodedError } from '../runtime/errors.ts'
import type { LogRecord } from '../runtime/ports.ts'
import type { JobRef, Kpi } from '../schemas/events.ts'
import { jobKey } from '../schemas/keys.ts'
import { endOfToken } from './access.ts'
import type { ApiDeps } from './deps.ts'
import { text } from './json-schema.ts'
import { createHub, type StreamClient } from './live.ts'
import { positionOf, STREAMED, STREAMED_TOPICS } from './position.ts'
import { sendProblem } from './problem.ts'
import { ANSWER_SECURITY } from './security.ts'

export const STREAM_PATH = '/v1/stream'
const MAX_CLIENTS = 100
const TICK_MS = 1_000
/** What a browser waits before it connects again. */
const RETRY_MS = 2_000

interface StreamQuery {
  readonly topics?: string
  readonly job?: string
}
const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    topics: {
      ...text(
        `Only these, by comma: ${Object.values(STREAMED).join(', ')}, or names of their topics.`,
      ),
      maxLength: 500,
    },
    job: {
      ...text('Only this job, by its key source:repo:job; : within a part is %3A.'),
      maxLength: 1_000,
    },
  },
}
const DESCRIPTION = `Event types: ${Object.values(STREAMED).join(', ')} (data: the record), tick (each second; data: asOf, lagMs, simulated), and gap (more happened than can be sent: ask the other routes again). The id of an event is the offsets of the streamed topics; with Last-Event-ID the stream goes on after it. A client that does not read is closed, and one whose token ends.`

/** Topics named by a query; all of them where there is none. Throws `invalid-parameter`. */
const topicsOf = (words: string | undefined): ReadonlySet<string> => {
  if (words === undefined) return new Set(STREAMED_TOPICS)
  const topics = words.split(',').map((word) => {
    const topic = STREAMED_TOPICS.find((name) => name === word || STREAMED[name] === word)
    if (topic !== undefined) return topic
    throw new CodedError('invalid-parameter', `topics: ${word} is not streamed`)
  })
  return new Set(topics)
}

const jobOf = ({ topic, record }: LogRecord): string =>
  topic === 'ci.kpis.v1' ? (record as Kpi).subject : jobKey(record as unknown as JobRef)

const clientOf = (reply: FastifyReply, { topics: words, job }: StreamQuery): StreamClient => {
  const topics = topicsOf(words)
  return {
    wants: (record) => topics.has(record.topic) && (job === undefined || jobOf(record) === job),
    write: (chunk) => reply.raw.write(chunk),
    unreadBytes: () => reply.raw.writableLength,
    close: () => reply.raw.destroy(),
  }
}

const startStream = (reply: FastifyReply): void => {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...ANSWER_SECURITY,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  reply.raw.write(`retry: ${RETRY_MS}\n\n`)
}

/** Puts the stream on the app; the app's end closes all streams. */
export const addStream = (app: FastifyInstance, deps: ApiDeps): void => {
  const hub = createHub(deps)
  /** Streams whose token ends, and when. */
  const ends = new Map<StreamClient, number>()
  const timer = setInterval(() => {
    const now = deps.access?.now() ?? 0
    for (const [client, at] of ends) if (at <= now) client.close()
    hub.tick()
  }, TICK_MS).unref()
  app.addHook('preClose', (done) => {
    clearInterval(timer)
    hub.close()
    done()
  })
  const schema = {
    tags: ['live'],
    summary: 'What changes, as it changes',
    description: DESCRIPTION,
    querystring: QUERY,
  }
  app.get<{ Querystring: StreamQuery }>(
    STREAM_PATH,
    { exposeHeadRoute: false, schema },
    (request, reply) => {
      if (hub.size() >= MAX_CLIENTS)
        return sendProblem(request, reply, 'too-many-streams', `${MAX_CLIENTS} streams are open`)
      const client = clientOf(reply, request.query)
      const lastId = request.headers['last-event-id']
      const endsAt = endOfToken(request)
      if (endsAt !== null) ends.set(client, endsAt)
      startStream(reply)
      reply.raw.on('close', () => {
        ends.delete(client)
        hub.remove(client)
      })
      const begin = async (): Promise<void> => {
        // Another process may have told the client more than this one has heard.
        if (typeof lastId === 'string') await deps.log.caughtUp?.()
        await hub.add(client, typeof lastId === 'string' ? positionOf(lastId, deps.log) : 'now')
      }
      // What cannot be read now is asked for again by whoever listens.
      begin().catch(() => {
        client.close()
      })
      return reply
    },
  )
}
