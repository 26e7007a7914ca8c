/**
 * Who may ask what. Without tokens everybody may read, and only who sits at the machine itself may operate. With tokens a
 * request needs one: `read` may read, `operate` may also ask for something to be done. A token is known by its SHA-256
 * alone, ends at an instant, and is compared in constant time.
 */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { CodedError } from '../runtime/errors.ts'
import type { Access, AccessToken, Role } from './deps.ts'

/** Who asks. */
export interface Caller {
  readonly name: string
  readonly role: Role
  /** When its token ends; null: never. */
  readonly until: number | null
}
const ANYBODY: Caller = { name: 'anybody', role: 'read', until: null }
const AT_THE_MACHINE: Caller = { name: 'local', role: 'operate', until: null }

/** Open whatever is configured: whether it is there and how it fares, deliveries that are signed, a session's beginning. */
const SESSION = '/v1/session'
const OPEN: ReadonlySet<string> = new Set([
  ...['/healthz', '/readyz', '/metrics', '/v1/ingest/github', SESSION],
])
/** Addresses below these are data, also where no route answers. */
const DATA = /^\/(?:v1|v2|docs|api|badge|testgrid)(?:\/|\?|$)/

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

const isSame = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return x.length === y.length && x.length > 0 && timingSafeEqual(x, y)
}

const bearerOf = ({ headers }: FastifyRequest): string | null =>
  /^Bearer +([\w.~+/=-]{1,512})$/.exec(headers.authorization ?? '')?.[1] ?? null
/** True of what our own page asks, and of what no page asks: those name their origin in all but plain GETs. */
export const isOfPage = ({ headers: { origin, host = '' }, method }: FastifyRequest): boolean =>
  origin === undefined ? method === 'GET' : /^https?:\/\/(.*)$/.exec(origin)?.[1] === host

/** The page keeps its token where no script can read it. Another page's requests come without it, and are refused anyway. */
const cookieOf = (request: FastifyRequest): string | null => {
  const { cookie = '' } = request.headers
  const found = /(?:^|; *)stopline-token=([\w.~+/=-]{1,512})/.exec(cookie)?.[1] ?? null
  return isOfPage(request) ? found : null
}

/** The token's row, looked for among all of them whatever is found. */
const tokenOf = (tokens: readonly AccessToken[], given: string): AccessToken | undefined => {
  const hash = hashOf(given)
  const found = tokens.filter(({ sha256 }) => isSame(sha256, hash))
  return found.at(0)
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/
/** What a proxy on this machine adds to the requests of others. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']
/**
 * Asked from this machine, under a name of this machine (no page elsewhere was given its address), by no other page and
 * through no proxy.
 */
const isAtTheMachine = ({ ip, headers }: FastifyRequest): boolean => {
  const { host = '', origin } = headers
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false
  if (!LOOPBACK.test(ip) || !LOCAL_HOST.test(host)) return false
  return origin === undefined || origin === `http://${host}`
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on addresses that are open. */
    caller: Caller | null
  }
}
/** Where no tokens are: who sits at the machine is told apart where it matters, since most only read. */
const UNTOLD: Caller = { ...ANYBODY }
const callerOf = (request: FastifyRequest): Caller => {
  if (request.caller === UNTOLD) return isAtTheMachine(request) ? AT_THE_MACHINE : ANYBODY
  return request.caller ?? ANYBODY
}
/** When the token of who asks ends: what is still being answered then is ended too. Null: never. */
export const endOfToken = (request: FastifyRequest): number | null => callerOf(request).until

/** Who asks, by the token. Throws where there is none, or one that is not known or has ended. */
const identify = (request: FastifyRequest, access: Access): Caller => {
  if (access.tokens.length === 0) return UNTOLD
  const given = bearerOf(request) ?? cookieOf(request)
  if (given === null)
    throw new CodedError('unauthorised', 'a token is needed: Authorization: Bearer TOKEN')
  return checked(access, given)
}

/** Whose token it is. Throws where it is not known or has ended. */
const checked = ({ tokens, now }: Access, given: string): Caller => {
  const token = tokenOf(tokens, given)
  if (token === undefined) throw new CodedError('unauthorised', 'the token is not known')
  if (token.until !== null && token.until <= now())
    throw new CodedError(
      'unauthorised',
      `the token ended at ${new Date(token.until).toISOString()}`,
    )
  return { name: token.name, role: token.role, until: token.until }
}

/** POST /v1/session: gives the page its token as a cookie that ends with the browser. */
export const addSession = (app: FastifyInstance, access: Access): void => {
  const body = {
    type: 'object',
    additionalProperties: false,
    required: ['token'],
    properties: { token: { type: 'string', pattern: '^[\\w.~+/=-]{1,512}$' } },
  }
  const schema = { tags: ['access'], summary: 'Keeps a token for the page', body }
  app.post<{ Body: { token: string } }>(SESSION, { schema }, (request, reply) => {
    const { token } = request.body
    const caller = checked(access, token)
    const secure = request.protocol === 'https' ? '; Secure' : ''
    const cookie = `stopline-token=${token}; HttpOnly; SameSite=Strict; Path=/${secure}`
    return reply.header('set-cookie', cookie).send({ name: caller.name, role: caller.role })
  })
}

/** Throws unless who asks may have something done. */
export const mustOperate = (request: FastifyRequest): Caller => {
  const caller = callerOf(request)
  if (caller.role === 'operate') return caller
  throw new CodedError('forbidden', `${caller.name} may read, not operate`)
}

/** Counts requests of a minute by who asks. */
const createLimiter = ({ perMinute, now }: Access) => {
  let minute = 0
  let counts = new Map<string, number>()
  return (who: string): number => {
    const current = Math.floor(now() / 60_000)
    if (current !== minute) {
      minute = current
      counts = new Map()
    }
    const count = (counts.get(who) ?? 0) + 1
    counts.set(who, count)
    return perMinute - count
  }
}

/** Answers pages of these origins only; without any no other page may read an answer. */
const addCors = (app: FastifyInstance, origins: readonly string[]): void => {
  if (origins.length === 0) return
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers
    if (origin === undefined || !origins.includes(origin)) {
      done()
      return
    }
    reply.headers({
      'access-control-allow-origin': origin,
      vary: 'origin',
      'access-control-expose-headers': 'etag, stopline-as-of, stopline-lag-ms, stopline-simulated',
    })
    if (request.method !== 'OPTIONS') {
      done()
      return
    }
    reply
      .code(204)
      .headers({
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers':
          'authorization, content-type, idempotency-key, if-none-match',
        'access-control-max-age': '600',
      })
      .send()
  })
}

/**
 * Puts roles, limits and origins before all routes. Every route that is added is guarded, until `pageFollows` is called: the
 * files of the page are open, and ask with a token.
 */
export const addAccess = (
  app: FastifyInstance,
  access: Access,
): { readonly pageFollows: () => void } => {
  let isPage = false
  app.decorateRequest('caller', null)
  const left = createLimiter(access)
  addCors(app, access.origins)
  const take = (reply: FastifyReply, who: string): void => {
    if (left(who) >= 0) return
    reply.header('retry-after', '60')
    const why = `${access.perMinute} requests a minute may be asked`
    throw new CodedError('too-many-requests', why)
  }
  /** A guess counts for the address it comes from: no address may guess faster than it may ask. */
  const identifyOnce = (request: FastifyRequest, reply: FastifyReply): Caller => {
    try {
      return identify(request, access)
    } catch (error) {
      take(reply, request.ip)
      reply.header('www-authenticate', 'Bearer')
      throw error
    }
  }
  const takeOfAddress: onRequestHookHandler = (request, reply, done) => {
    take(reply, request.ip)
    done()
  }
  const guard: onRequestHookHandler = (request, reply, done) => {
    const caller = identifyOnce(request, reply)
    request.caller = caller
    take(reply, caller === UNTOLD ? request.ip : caller.name)
    done()
  }
  // A hook of the route itself: what all routes run would have to ask which one it is, for more than all the rest costs.
  app.addHook('onRoute', (options) => {
    if (isPage) return
    const isSession = options.url === SESSION
    if (OPEN.has(options.url) && !isSession) return
    options.onRequest = [options.onRequest ?? [], isSession ? takeOfAddress : guard].flat()
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404 && DATA.test(request.url)) guard.call(app, request, reply, done)
    else done()
  })
  return {
    pageFollows: () => {
      isPage = true
    },
  }
}
