/**
 * Conditional requests, hidden from whoever asks: what a source marked with an ETag or a date is kept, and where it says that
 * nothing changed, the kept body is the answer. What is kept is bounded; the least lately used goes first.
 */

import { Buffer } from 'node:buffer'
import type { WireAnswer } from './wire.ts'

const MAX_BYTES = 64 * 2 ** 20
const MAX_ONE_BYTES = 8 * 2 ** 20

interface Kept {
  readonly etag: string | undefined
  readonly modified: string | undefined
  readonly headers: WireAnswer['headers']
  readonly body: Buffer
}
export interface KeptAnswers {
  /** Headers that ask for changes only. */
  readonly conditions: (url: string) => Record<string, string>
  /** The answer as it would be without conditions. */
  readonly resolve: (url: string, answer: WireAnswer) => WireAnswer
}

async function* once(body: Buffer): AsyncGenerator<Uint8Array> {
  await Promise.resolve()
  yield body
}

export const createKeptAnswers = (maxBytes = MAX_BYTES): KeptAnswers => {
  const kept = new Map<string, Kept>()
  let bytes = 0
  const drop = (url: string): void => {
    bytes -= kept.get(url)?.body.length ?? 0
    kept.delete(url)
  }
  const keep = (url: string, one: Kept): void => {
    drop(url)
    kept.set(url, one)
    bytes += one.body.length
    for (const oldest of kept.keys()) if (bytes > maxBytes) drop(oldest)
  }
  /** Passes a body on, and keeps it where it was read whole and is not too large. */
  async function* passing(url: string, { headers, body }: WireAnswer): AsyncGenerator<Uint8Array> {
    const parts: Uint8Array[] = []
    let size = 0
    for await (const piece of body) {
      size += piece.length
      if (size <= MAX_ONE_BYTES) parts.push(piece)
      else parts.length = 0
      yield piece
    }
    const [etag, modified] = [headers['etag'], headers['last-modified']]
    if (size <= MAX_ONE_BYTES) keep(url, { etag, modified, headers, body: Buffer.concat(parts) })
  }
  return {
    conditions: (url) => {
      const { etag, modified } = kept.get(url) ?? {}
      return {
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...(modified === undefined ? {} : { 'if-modified-since': modified }),
      }
    },
    resolve: (url, answer) => {
      const one = kept.get(url)
      if (answer.status === 304 && one !== undefined) {
        answer.discard()
        kept.delete(url)
        kept.set(url, one)
        const headers = { ...one.headers, ...answer.headers }
        return { status: 200, headers, body: once(one.body), discard: () => undefined }
      }
      const { etag, 'last-modified': modified } = answer.headers
      if (answer.status !== 200 || (etag ?? modified) === undefined) return answer
      return { ...answer, body: passing(url, answer) }
    },
  }
}
