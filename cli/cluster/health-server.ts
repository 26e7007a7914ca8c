/** Health, readiness and metrics of a process that answers nothing else. */

import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Metrics } from '../../runtime/metrics.ts'

export interface HealthServer {
  readonly port: number
  readonly close: () => Promise<void>
}

/**
 * Listens on `/healthz` (the process answers), `/readyz` (503 with the reasons while `reasons` gives any) and `/metrics`.
 */
export const serveHealth = async (
  { host, port }: { readonly host: string; readonly port: number },
  metrics: Metrics,
  reasons: () => readonly string[],
): Promise<HealthServer> => {
  metrics.beforeText(() => {
    metrics.gauge('stopline_ready').set(reasons().length === 0 ? 1 : 0)
    metrics.gauge('stopline_resident_memory_bytes').set(process.memoryUsage.rss())
  })
  const server = createServer((request, response) => {
    const send = (status: number, type: string, text: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
    }
    const path = request.url?.split('?')[0]
    if (path === '/healthz') send(200, 'text/plain', 'alive\n')
    else if (path === '/readyz') {
      const why = reasons()
      send(why.length === 0 ? 200 : 503, 'text/plain', `${why.join('\n') || 'ready'}\n`)
    } else if (path === '/metrics')
      metrics.text().then(
        (text) => {
          send(200, metrics.contentType, text)
        },
        (error: unknown) => {
          send(500, 'text/plain', `${(error as Error).message}\n`)
        },
      )
    else send(404, 'text/plain', 'there are /healthz, /readyz and /metrics\n')
  })
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
