/** Counts requests by route, never by address, so that the number of series stays bounded. */

import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  onSendHookHandler,
} from 'fastify'
import type { Metrics } from '../runtime/metrics.ts'
import { STREAM_PATH } from './stream.ts'

interface Tally {
  readonly route: string
  readonly status: number
  count: number
  seconds: number
}

type Count = (reply: FastifyReply, seconds: number) => void
declare module 'fastify' {
  interface FastifyRequest {
    /** Fastify takes the time only where it listens for the last byte. Unit: milliseconds of performance.now. */
    beganAt: number
    /** Counts for the route that is asked; null where there is none. */
    count: Count | null
  }
}
/** Counts an answer that is handed over: to hear of its last byte costs more than all else here. */
export const countAnswer = (request: FastifyRequest, reply: FastifyReply): void => {
  request.count?.(reply, (performance.now() - request.beganAt) / 1000)
}
const onRequest =
  (count: Count): onRequestHookHandler =>
  (request, _reply, done) => {
    request.count = count
    done()
  }
/** Not called for answers that are sent past Fastify; but also for those of the app's hooks, which come before those of the route. */
const onSend =
  (count: Count): onSendHookHandler =>
  (request, reply, payload, done) => {
    request.count = count
    countAnswer(request, reply)
    done(null, payload)
  }

/** To be put on before whatever may answer. Requests are tallied in plain numbers, and handed to the metrics when those are asked for: a hot route pays nothing. */
export const addRequestMetrics = (app: FastifyInstance, metrics: Metrics): void => {
  const tallies: Tally[] = []
  app.decorateRequest('beganAt', 0)
  app.decorateRequest('count', null)
  app.addHook('onRequest', (request, _reply, done) => {
    request.beganAt = performance.now()
    done()
  })
  app.addHook('onRoute', (options) => {
    const ofStatus = new Map<number, Tally>()
    const tallyOf = (status: number): Tally => {
      const tally = { route: options.url, status, count: 0, seconds: 0 }
      ofStatus.set(status, tally)
      tallies.push(tally)
      return tally
    }
    const count: Count = (reply, seconds) => {
      const tally = ofStatus.get(reply.raw.statusCode) ?? tallyOf(reply.raw.statusCode)
      tally.count += 1
      tally.seconds += seconds
    }
    // A stream is never sent as a whole, and lasts as long as somebody listens.
    if (options.url === STREAM_PATH)
      options.onResponse = (_request, reply, done) => {
        count(reply, 0)
        done()
      }
    else {
      options.onRequest = [onRequest(count), options.onRequest ?? []].flat()
      options.onSend = [options.onSend ?? [], onSend(count)].flat()
    }
  })
  metrics.beforeText(() => {
    for (const tally of tallies) {
      const labels = { route: tally.route, status: tally.status }
      metrics.counter('stopline_http_requests_total').inc(labels, tally.count)
      metrics.counter('stopline_http_request_seconds_total').inc(labels, tally.seconds)
      tally.count = 0
      tally.seconds = 0
    }
  })
}
