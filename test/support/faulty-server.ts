/** A local HTTP server that answers as a test says: each request takes the next answer, the last one for ever. */

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** `hang`: never an answer; `cut`: the connection is closed instead. */
  readonly fault?: 'hang' | 'cut'
}
interface HeardRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly atMs: number
}

export const startFaultyServer = async (answers: readonly ScriptedAnswer[], port = 0) => {
  const requests: HeardRequest[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {}
      requests.push({ headers: request.headers, body, atMs: performance.now() })
      if (answer.fault === 'cut') request.socket.destroy()
      else if (answer.fault === undefined)
        response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '')
    })
  })
  const { promise, resolve } = Promise.withResolvers<undefined>()
  server.listen(port, '127.0.0.1', () => {
    resolve(undefined)
  })
  await promise
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}/hook`,
    port: bound,
    requests,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
