/**
 * Outgoing HTTP whose answers are read as they come. Every wait has an end: for the first byte, for the next one, and for a
 * body that only trickles. Compressed bodies are unpacked as strictly as they are read. Redirects are not followed.
 */

import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Agent, request, type Dispatcher } from 'undici'
import { HttpError } from './http.ts'

export interface StreamLimits {
  /** Until the headers are there, and between two pieces of a body, in milliseconds. */
  readonly silenceMs: number
  /** A body may be slower than `leastBytesPerSecond` for so long, in milliseconds. */
  readonly graceMs: number
  readonly leastBytesPerSecond: number
  /** Bytes of an unpacked body at most. */
  readonly maxBytes: number
}
export const STREAM_LIMITS: StreamLimits = {
  silenceMs: 20_000,
  graceMs: 60_000,
  leastBytesPerSecond: 2_000,
  maxBytes: 4 * 2 ** 30,
}

interface StreamedAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Unpacked; read once. Throws {@link HttpError} where it breaks off, stops or grows too large. */
  readonly body: AsyncIterable<Uint8Array>
  /** Lets go of a body that is not read to its end. */
  readonly discard: () => void
}
export interface StreamClient {
  /** Any status is an answer. Throws {@link HttpError} where none came. */
  readonly get: (
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<StreamedAnswer>
  readonly close: () => Promise<void>
}

const stopped = (): Error => new DOMException('told to stop', 'AbortError')

/** Messages name the host alone: the rest of an address may hold a secret. */
const failure = (url: string, error: unknown): Error => {
  // The caller's own abort is thrown as it is.
  if (error instanceof HttpError || (error instanceof Error && error.name === 'AbortError'))
    return error
  const { host } = new URL(url)
  const { code = '', message } = error as { code?: string; message?: string }
  if (code.includes('TIMEOUT')) return new HttpError('timeout', `${host} fell silent`, error)
  const why = code.startsWith('Z_') ? `${message ?? ''} (damaged gzip)` : code
  return new HttpError('unreachable', `${host} broke off or cannot be reached: ${why}`, error)
}

/** Counts what comes over the line, and gives up on what only trickles. */
async function* paced(
  pieces: AsyncIterable<Uint8Array>,
  url: string,
  { graceMs, leastBytesPerSecond }: StreamLimits,
): AsyncGenerator<Uint8Array> {
  const began = performance.now()
  let bytes = 0
  for await (const piece of pieces) {
    bytes += piece.length
    const ms = performance.now() - began
    if (ms > graceMs && bytes < (leastBytesPerSecond * ms) / 1000)
      throw new HttpError('timeout', `${new URL(url).host} sends too slowly`)
    yield piece
  }
}

async function* limited(
  pieces: AsyncIterable<Uint8Array>,
  url: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const piece of pieces) {
      bytes += piece.length
      if (bytes > maxBytes)
        throw new HttpError('too-large', `an answer of ${new URL(url).host} is over its limit`)
      yield piece
    }
  } catch (error) {
    throw failure(url, error)
  }
}

/** Unpacks gzip; a body that ends too early is an error, which whoever reads gets. */
const unpacked = (pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
  pipeline(pieces, createGunzip(), () => undefined)

const headersOf = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
  )

export const createStreamClient = (limits: StreamLimits = STREAM_LIMITS): StreamClient => {
  const dispatcher = new Agent({
    connections: 16,
    pipelining: 1,
    connect: { timeout: limits.silenceMs },
    headersTimeout: limits.silenceMs,
    bodyTimeout: limits.silenceMs,
  })
  return {
    get: async (url, headers, signal) => {
      const answer = await request(url, { method: 'GET', dispatcher, signal, headers }).catch(
        (error: unknown) => {
          throw signal.aborted ? stopped() : failure(url, error)
        },
      )
      const found = headersOf(answer.headers)
      const isPacked = /^(?:x-)?gzip$/i.test(found['content-encoding'] ?? '')
      const wire = paced(answer.body, url, limits)
      return {
        status: answer.statusCode,
        headers: found,
        body: limited(isPacked ? unpacked(wire) : wire, url, limits.maxBytes),
        discard: () => {
          answer.body.on('error', () => undefined).destroy()
        },
      }
    },
    close: () => dispatcher.close(),
  }
}
