/** Routes for those who run it: alive, ready, metrics. */

import type { FastifyInstance } from 'fastify'
import { TOPIC_NAMES } from '../schemas/topics.ts'
import type { ApiDeps } from './deps.ts'
import { object } from './json-schema.ts'
import { endOf } from './position.ts'
import { sendProblem } from './problem.ts'
import { tagged } from './answer.ts'
import { route, sendAnswer, type Route } from './route.ts'

const STATUS = (word: string) => object({ status: { const: word } })

/** Values that are read rather than counted are set when the metrics are asked for. */
const collect = ({ metrics, log, time, status }: ApiDeps): void => {
  const { now, lagMs } = time()
  const { storeBytes, sources } = status()
  metrics.gauge('stopline_pipeline_time_seconds').set(now / 1000)
  metrics.gauge('stopline_lag_seconds').set(lagMs / 1000)
  metrics.gauge('stopline_store_bytes').set(storeBytes)
  metrics.gauge('stopline_resident_memory_bytes').set(process.memoryUsage.rss())
  for (const topic of TOPIC_NAMES)
    metrics.gauge('stopline_topic_records').set({ topic }, endOf(log, topic))
  for (const { name, cursor } of sources)
    metrics.gauge('stopline_source_cursor').set({ source: name }, cursor)
}

/** Answers as long as the process does. */
export const HEALTH_ROUTE: Route = route({
  path: '/healthz',
  tag: 'health',
  summary: 'The process answers',
  isAlways: true,
  data: STATUS('alive'),
  handle: () => ({ data: '{"status":"alive"}', isSimulated: false }),
})
const READY = tagged({ data: '{"status":"ready"}', isSimulated: false })

export const addHealth = (app: FastifyInstance, deps: ApiDeps): void => {
  deps.metrics.beforeText(() => {
    collect(deps)
  })
  app.get(
    '/readyz',
    { schema: { tags: ['health'], summary: 'The pipeline runs; 503 before' } },
    (request, reply) => {
      const time = deps.time()
      if (time.outage !== undefined) return sendProblem(request, reply, 'not-ready', time.outage)
      return deps.status().isReady
        ? sendAnswer(time, request, reply, READY)
        : sendProblem(request, reply, 'not-ready', 'the pipeline has not reached any time yet')
    },
  )
  app.get(
    '/metrics',
    { schema: { tags: ['health'], summary: 'Metrics as OpenMetrics text; docs/metrics.md' } },
    async (_request, reply) =>
      reply.header('content-type', deps.metrics.contentType).send(await deps.metrics.text()),
  )
}
