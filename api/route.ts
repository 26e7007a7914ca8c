/** What a route is, and how its answer is sent: one envelope, one ETag, the same headers everywhere. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Awaitable } from '../runtime/ports.ts'
import type { AnswerCache } from './answer-cache.ts'
import { isNamed, tagged, type Answer, type TaggedAnswer } from './answer.ts'
import type { ApiDeps, PipelineTime } from './deps.ts'
import { ANSWER_SECURITY } from './security.ts'
import { countAnswer } from './request-metrics.ts'
import { sendProblem } from './problem.ts'
import { flag, integer, object, ref, text, type JsonSchema } from './json-schema.ts'

/** One read route. Params and query have been checked against their schemas before `handle` is called. */
export interface Route<P = object, Q = object> {
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params?: Readonly<Record<string, JsonSchema>>
  readonly query?: Readonly<Record<string, JsonSchema>>
  readonly data: JsonSchema
  readonly isPaged?: boolean
  /** True where answers are not to be kept: the data also changes between commits, or the route keeps it better. */
  readonly isMadeAnew?: boolean
  /** True where it is answered in whatever state the read models are: it needs none. */
  readonly isAlways?: boolean
  /** Throws a CodedError where there is nothing to answer. */
  handle(deps: ApiDeps, params: P, query: Q): Awaitable<Answer>
}
/** Declares a route; exists so that its types are inferred. */
export const route = <P = object, Q = object>(row: Route<P, Q>): Route<P, Q> => row

/** Schema of a route's whole answer. */
export const envelope = (data: JsonSchema, isPaged: boolean): JsonSchema => {
  const whole = object({
    asOf: integer('Pipeline time the answer is true at. Unit: milliseconds since the epoch, UTC.'),
    lagMs: integer('How far that is behind what has been heard. Unit: milliseconds.'),
    simulated: flag('True where any of the data is simulated.'),
    data,
  })
  const stale = {
    ...flag('There, and true, where the data is further behind than should be taken for now.'),
    const: true,
  }
  const next = text('Cursor of the next page; missing on the last.')
  const more = isPaged ? { stale, next } : { stale }
  return { ...whole, properties: { ...(whole['properties'] as object), ...more } }
}

/** What hooks have set, such as for pages of other origins, but for what an answer says of itself. */
const pushHeadOfHooks = (head: string[], reply: FastifyReply): void => {
  const headers = reply.getHeaders()
  for (const name in headers) if (!(name in ANSWER_SECURITY)) head.push(name, String(headers[name]))
}

/** Sends an answer, or 304 where the client already has its data. Past Fastify, in whose table many headers are dear. */
export const sendAnswer = (
  { now, lagMs, isStale = false }: PipelineTime,
  request: FastifyRequest,
  reply: FastifyReply,
  { data, bytes, isSimulated, next, etag }: TaggedAnswer,
): FastifyReply => {
  const before = `{"asOf":${now},"lagMs":${lagMs},${isStale ? '"stale":true,' : ''}"simulated":${isSimulated},"data":`
  const after = next == null ? '}' : `,"next":"${next}"}`
  const head = [
    'content-security-policy',
    ANSWER_SECURITY['content-security-policy'],
    'x-content-type-options',
    ANSWER_SECURITY['x-content-type-options'],
    'content-type',
    'application/json; charset=utf-8',
    'cache-control',
    'no-cache',
    'etag',
    etag,
    'stopline-as-of',
    String(now),
    'stopline-lag-ms',
    String(lagMs),
    'stopline-simulated',
    isSimulated ? 'true' : 'false',
  ]
  pushHeadOfHooks(head, reply)
  reply.hijack()
  if (isNamed(etag, request.headers['if-none-match'])) reply.raw.writeHead(304, head).end()
  else {
    head.push('content-length', String(before.length + bytes + after.length))
    reply.raw.writeHead(200, head).end(before + data + after)
  }
  countAnswer(request, reply)
  return reply
}

/** The schema Fastify checks a request by and OpenAPI shows. */
const schemaOfRoute = (row: Route): object => ({
  tags: [row.tag],
  summary: row.summary,
  ...(row.description === undefined ? {} : { description: row.description }),
  ...(row.params === undefined ? {} : { params: object(row.params) }),
  querystring: { type: 'object', additionalProperties: false, properties: row.query ?? {} },
  response: {
    200: { description: row.summary, ...envelope(row.data, row.isPaged ?? false) },
    304: { description: 'The data is what If-None-Match names.', type: 'null' },
    '4xx': {
      description: 'A problem.',
      content: { 'application/problem+json': { schema: ref('Problem') } },
    },
    '5xx': {
      description: 'A problem.',
      content: { 'application/problem+json': { schema: ref('Problem') } },
    },
  },
})

/** Puts a route on the app. */
export const addRoute = (
  app: FastifyInstance,
  deps: ApiDeps,
  cache: AnswerCache,
  row: Route,
): void => {
  app.get(row.path, { schema: schemaOfRoute(row) }, (request, reply) => {
    const time = deps.time()
    if (time.outage !== undefined && row.isAlways !== true)
      return sendProblem(request, reply, 'views-behind', time.outage)
    const make = (): Awaitable<Answer> =>
      row.handle(deps, request.params as object, request.query as object)
    const made = row.isMadeAnew === true ? make() : cache.get(request.url, make)
    return made instanceof Promise
      ? made.then((answer) => sendAnswer(time, request, reply, tagged(answer)))
      : sendAnswer(time, request, reply, tagged(made))
  })
}

/** JSON array of rows that are JSON text already. */
export const jsonList = (rows: readonly { readonly json: string }[]): string =>
  `[${rows.map(({ json }) => json).join()}]`
