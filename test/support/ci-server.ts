/** A local HTTP server that plays a CI service: answers from a function of the request, with faults on demand. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

export interface PlayedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text, bytes, or a value that is sent as JSON. */
  readonly body?: unknown
  readonly isGzipped?: boolean
  /**
   * `hang`: never an answer; `cut`: the connection is closed instead; `truncate`: half of the body, as if it were all of it;
   * `break`: half of the body, then the connection is closed; `trickle`: the body byte by byte.
   */
  readonly fault?: 'hang' | 'cut' | 'truncate' | 'break' | 'trickle'
}
export interface PlayedRequest {
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Requests heard before this one. */
  readonly index: number
}
export type Play = (request: PlayedRequest) => PlayedAnswer

const bytesOf = ({ body = '', isGzipped = false }: PlayedAnswer): Buffer => {
  const plain = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return isGzipped ? gzipSync(plain) : plain
}

const trickle = (response: ServerResponse, bytes: Buffer): void => {
  let at = 0
  const timer = setInterval(() => {
    if (response.destroyed || at >= bytes.length) {
      clearInterval(timer)
      response.end()
    } else response.write(bytes.subarray(at, (at += 1)))
  }, 10)
}

const send = (response: ServerResponse, answer: PlayedAnswer): void => {
  if (answer.fault === 'hang') return
  if (answer.fault === 'cut') {
    response.destroy()
    return
  }
  const whole = bytesOf(answer)
  const isShort = answer.fault === 'truncate' || answer.fault === 'break'
  const bytes = isShort ? whole.subarray(0, Math.ceil(whole.length / 2)) : whole
  response.writeHead(answer.status ?? 200, {
    ...(answer.isGzipped === true ? { 'content-encoding': 'gzip' } : {}),
    ...(answer.fault === 'break' ? { 'content-length': String(whole.length) } : {}),
    ...answer.headers,
  })
  if (answer.fault === 'trickle') trickle(response, bytes)
  else if (answer.fault === 'break')
    response.write(bytes, () => {
      response.destroy()
    })
  else response.end(bytes)
}

export interface CiServer {
  readonly url: string
  readonly requests: readonly PlayedRequest[]
  readonly play: (next: Play) => void
  readonly close: () => Promise<void>
}

/** Answers as `play` says, until it is told to play something else. */
export const startCiServer = async (play: Play): Promise<CiServer> => {
  const requests: PlayedRequest[] = []
  let playing = play
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const heard = {
      path: pathname,
      query: searchParams,
      headers: request.headers,
      index: requests.length,
    }
    requests.push(heard)
    send(response, playing(heard))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    play: (next) => {
      playing = next
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
