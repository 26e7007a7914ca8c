/** The real line and the real time. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../runtime/clock.ts'
import { HttpError } from '../../runtime/http.ts'
import type { StreamClient } from '../../runtime/http-stream.ts'
import type { Source } from '../source.ts'
import { SourceError } from './source-error.ts'
import type { Pace, Wire } from './wire.ts'

export const livePace = (clock: Clock): Pace => ({
  now: () => clock.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
  random: () => Math.random(),
})

const asSourceError = (error: unknown): unknown =>
  error instanceof HttpError ? new SourceError(error.reason, error.message) : error

async function* told(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw asSourceError(error)
  }
}

/** Credentials go to the addresses of the source alone, and are put in last, below whatever records. */
export const liveWire = (
  client: StreamClient,
  { authorize }: Pick<Source, 'authorize'>,
  signal: AbortSignal,
): Wire => {
  return async ({ url, headers }) => {
    const secret = authorize === undefined ? {} : await authorize(url)
    try {
      const answer = await client.get(url, { ...headers, ...secret }, signal)
      return { ...answer, body: told(answer.body) }
    } catch (error) {
      throw asSourceError(error)
    }
  }
}
