/** Counts requests by route, never by address, so that the number of series stays bounded. */

import type { FastifyInstance, FastifyReply, onSendHookHandler } from 'fastify'
import type { Metrics } from '../runtime/metrics.ts'
import { STREAM_PATH } from './stream.ts'

interface Tally {
  readonly route: string
  readonly status: number
  count: number
  seconds: number
}

const onSend =
  (count: (reply: FastifyReply, seconds: number) => void): onSendHookHandler =>
  (_request, reply, payload, done) => {
    count(reply, reply.elapsedTime / 1000)
    done(null, payload)
  }

/** Requests are tallied in plain numbers, and handed to the metrics when those are asked for: a hot route pays nothing. */
export const addRequestMetrics = (app: FastifyInstance, metrics: Metrics): void => {
  const tallies: Tally[] = []
  app.addHook('onRoute', (options) => {
    const ofStatus = new Map<number, Tally>()
    const tallyOf = (status: number): Tally => {
      const tally = { route: options.url, status, count: 0, seconds: 0 }
      ofStatus.set(status, tally)
      tallies.push(tally)
      return tally
    }
    const count = (reply: FastifyReply, seconds: number): void => {
      const tally = ofStatus.get(reply.statusCode) ?? tallyOf(reply.statusCode)
      tally.count += 1
      tally.seconds += seconds
    }
    // A stream is never sent as a whole, and lasts as long as somebody listens.
    if (options.url === STREAM_PATH)
      options.onResponse = (_request, reply, done) => {
        count(reply, 0)
        done()
      }
    // Counted when the answer is handed over: to hear of its last byte costs more than all else here.
    else options.onSend = [options.onSend ?? [], onSend(count)].flat()
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
