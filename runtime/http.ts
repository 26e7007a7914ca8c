/** Outgoing HTTP: every request has a deadline and a limit on what it takes in. Redirects are not followed. */

import { Agent, request } from 'undici'

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  /** Bytes of the answer's body at most. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}
export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** No answer came, or one that is too large. The caller's own abort is thrown as it is. */
export class HttpError extends Error {
  override name = 'HttpError'
  readonly reason: 'timeout' | 'unreachable' | 'too-large'
  constructor(reason: HttpError['reason'], message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}

export interface HttpClient {
  /** Any status is an answer. Throws {@link HttpError} where none came. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>
  readonly close: () => Promise<void>
}

const readBody = async (chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> => {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > maxBytes) throw new HttpError('too-large', `the answer is over ${maxBytes} bytes`)
    parts.push(chunk)
  }
  return Buffer.concat(parts)
}

const headersOf = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  )

/** Host of an address, for messages: the rest of it may hold a secret. */
const hostOf = (url: string): string => new URL(url).host

export const createHttpClient = (): HttpClient => {
  const dispatcher = new Agent({ connections: 8, pipelining: 1 })
  const send = async (wanted: HttpRequest): Promise<HttpResponse> => {
    const { url, method, headers, body, timeoutMs, maxBytes, signal: abort } = wanted
    const deadline = AbortSignal.timeout(timeoutMs)
    const signal = abort === undefined ? deadline : AbortSignal.any([abort, deadline])
    try {
      const response = await request(url, {
        method,
        dispatcher,
        signal,
        headers: headers ?? {},
        ...(body === undefined ? {} : { body }),
      })
      return {
        status: response.statusCode,
        headers: headersOf(response.headers),
        body: await readBody(response.body, maxBytes),
      }
    } catch (error) {
      if (abort?.aborted === true || error instanceof HttpError) throw error
      if (deadline.aborted)
        throw new HttpError(
          'timeout',
          `${hostOf(url)} gave no answer within ${timeoutMs} ms`,
          error,
        )
      throw new HttpError('unreachable', `${hostOf(url)} cannot be reached`, error)
    }
  }
  return { send, close: () => dispatcher.close() }
}
