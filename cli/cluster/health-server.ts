/** Health, readiness and metrics of a process that answers little else. */

import fastify, { type FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { addProblems } from '../../api/problem.ts'
import type { Metrics } from '../../runtime/metrics.ts'

export interface HealthServer {
  readonly port: number
  readonly close: () => Promise<void>
}
export interface HealthOptions {
  readonly host: string
  readonly port: number
  /** Routes besides; their errors are answered as problem documents. */
  readonly more?: (app: FastifyInstance) => Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000
const TEXT = 'text/plain; charset=utf-8'

/**
 * Listens on `/healthz` (the process answers), `/readyz` (503 with the reasons while `reasons` gives any) and `/metrics`.
 */
export const serveHealth = async (
  { host, port, more }: HealthOptions,
  metrics: Metrics,
  reasons: () => readonly string[],
): Promise<HealthServer> => {
  metrics.beforeText(() => {
    metrics.gauge('stopline_ready').set(reasons().length === 0 ? 1 : 0)
    metrics.gauge('stopline_resident_memory_bytes').set(process.memoryUsage.rss())
  })
  const app = fastify({ requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true })
  addProblems(app)
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  app.get('/healthz', (_request, reply) => reply.type(TEXT).send('alive\n'))
  app.get('/readyz', (_request, reply) => {
    const why = reasons()
    const status = why.length === 0 ? 200 : 503
    return reply
      .code(status)
      .type(TEXT)
      .send(`${why.join('\n') || 'ready'}\n`)
  })
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )
  await more?.(app)
  await app.listen({ host, port })
  return {
    port: (app.server.address() as AddressInfo).port,
    close: () => app.close(),
  }
}
