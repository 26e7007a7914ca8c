/** GET /v1/stream: everything that changes, as server-sent events or as messages of a WebSocket. */

import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import fastifyWebsocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../runtime/errors.ts'
import type { LogRecord } from '../runtime/ports.ts'
import type { JobRef, Kpi } from '../schemas/events.ts'
import { jobKey } from '../schemas/keys.ts'
import { endOfToken, isOfPage } from './access.ts'
import type { ApiDeps } from './deps.ts'
import { text } from './json-schema.ts'
import { createHub, type StreamClient } from './live.ts'
import { positionOf, STREAMED, STREAMED_TOPICS } from './position.ts'
import { sendProblem } from './problem.ts'
import { MAX_ADDRESS_CHARS } from './limits.ts'
import { ANSWER_SECURITY } from './security.ts'
import { socketClient, sseClient } from './stream-clients.ts'

export const STREAM_PATH = '/v1/stream'
const MAX_CLIENTS = 100
const TICK_MS = 1_000
/** What a browser waits before it connects again. */
const RETRY_MS = 2_000

/** Who listens has nothing to say. Unit: bytes. */
const MAX_MESSAGE_BYTES = 1_024

interface StreamQuery {
  readonly topics?: string
  readonly job?: string
  readonly last_event_id?: string
}
type StreamRequest = FastifyRequest<{ Querystring: StreamQuery }>
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
    last_event_id: {
      ...text('Goes on after this event, as the header Last-Event-ID does.'),
      maxLength: 1_000,
    },
  },
}
const DESCRIPTION = `Event types: ${Object.values(STREAMED).join(', ')} (data: the record), tick (each second; data: asOf, lagMs, simulated), and gap (more happened than can be sent: ask the other routes again). The id of an event is the offsets of the streamed topics; with Last-Event-ID the stream goes on after it. A client that does not read is closed, and one whose token ends. Who asks to upgrade to a WebSocket gets the same events, each as a message {"id", "event", "data"}; pages of other origins than this one and those that the configuration names are refused.`

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

const wantsOf = ({ topics: words, job }: StreamQuery): StreamClient['wants'] => {
  const topics = topicsOf(words)
  return (record) => topics.has(record.topic) && (job === undefined || jobOf(record) === job)
}

const startStream = (reply: FastifyReply): void => {
  // What was set for pages of other origins, before the answer is taken out of the app's hands.
  const headers = reply.getHeaders() as OutgoingHttpHeaders
  reply.hijack()
  reply.raw.writeHead(200, {
    ...headers,
    ...ANSWER_SECURITY,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  reply.raw.write(`retry: ${RETRY_MS}\n\n`)
}

/** The open streams: each begins where it was left, and ends with its token. */
const createStreams = (deps: ApiDeps) => {
  const hub = createHub(deps)
  /** Streams whose token ends, and when. */
  const ends = new Map<StreamClient, number>()
  const timer = setInterval(() => {
    const now = deps.access?.now() ?? 0
    for (const [client, at] of ends) if (at <= now) client.close()
    hub.tick()
  }, TICK_MS).unref()
  return {
    size: hub.size,
    begin: (request: StreamRequest, client: StreamClient): void => {
      const { last_event_id: asked = request.headers['last-event-id'] } = request.query
      // Who has heard nothing yet may say so by an empty one.
      const lastId = typeof asked === 'string' && asked !== '' ? asked : undefined
      const endsAt = endOfToken(request)
      if (endsAt !== null) ends.set(client, endsAt)
      const begin = async (): Promise<void> => {
        // Another process may have told the client more than this one has heard.
        if (lastId !== undefined) await deps.log.caughtUp?.()
        await hub.add(client, lastId === undefined ? 'now' : positionOf(lastId, deps.log))
      }
      // What cannot be read now is asked for again by whoever listens.
      begin().catch(() => {
        client.close()
      })
    },
    end: (client: StreamClient): void => {
      ends.delete(client)
      hub.remove(client)
    },
    close: (): void => {
      clearInterval(timer)
      hub.close()
    },
  }
}

/** The route; the app's end closes all streams. */
const addRoute = (app: FastifyInstance, deps: ApiDeps): void => {
  const streams = createStreams(deps)
  app.addHook('preClose', (done) => {
    streams.close()
    done()
  })
  app.route<{ Querystring: StreamQuery }>({
    ...{ method: 'GET', url: STREAM_PATH, exposeHeadRoute: false },
    schema: {
      tags: ['live'],
      summary: 'What changes, as it changes',
      description: DESCRIPTION,
      querystring: QUERY,
    },
    preHandler: (request, reply, done) => {
      const { origin } = request.headers
      // Browsers let any page open a WebSocket and read what comes, whatever its origin.
      if (request.ws && !isOfPage(request) && deps.access?.origins.includes(origin ?? '') !== true)
        sendProblem(request, reply, 'forbidden', `pages of ${origin ?? 'nowhere'} may not listen`)
      else if (streams.size() >= MAX_CLIENTS)
        sendProblem(request, reply, 'too-many-streams', `${MAX_CLIENTS} streams are open`)
      else {
        topicsOf(request.query.topics)
        done()
      }
    },
    handler: (request, reply) => {
      const client = sseClient(reply, wantsOf(request.query))
      startStream(reply)
      reply.raw.on('close', () => {
        streams.end(client)
      })
      streams.begin(request, client)
      return reply
    },
    wsHandler: (socket, request) => {
      const client = socketClient(socket, wantsOf(request.query))
      socket.on('close', () => {
        streams.end(client)
      })
      streams.begin(request, client)
    },
  })
}

/**
 * True of what may become a WebSocket; elsewhere the wish is ignored, as HTTP allows. What an app's hooks refuse before
 * those of the stream are asked must be none, since only the stream hangs up.
 */
export const mayUpgrade = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  url.length <= MAX_ADDRESS_CHARS &&
  (url === STREAM_PATH || url.startsWith(`${STREAM_PATH}?`))

/** Puts the stream on the app, apart: where WebSockets are known each answer is listened to until its last byte. */
export const addStream = async (app: FastifyInstance, deps: ApiDeps): Promise<void> => {
  await app.register(async (apart) => {
    await apart.register(fastifyWebsocket, {
      options: { maxPayload: MAX_MESSAGE_BYTES },
      preClose: (done) => {
        done()
      },
    })
    addRoute(apart, deps)
  })
}
