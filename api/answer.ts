/** What a route answers, before it is put into its envelope. */

import { crc32 } from 'node:zlib'

/** What a route answers: its data as JSON text. */
export interface Answer {
  readonly data: string
  /** True where any of it comes from simulated data. */
  readonly isSimulated: boolean
  readonly next?: string | null
}

/** An answer with its ETag, which covers the data and not the instant. */
export interface TaggedAnswer extends Answer {
  readonly etag: string
  /** Bytes of the data in UTF-8: kept, since to count them costs a copy of a text that is put together. */
  readonly bytes: number
}
/** Weak, since asOf may differ: length and CRC-32 of the data. */
export const weakTag = (length: number, crc: number): string =>
  `W/"${length.toString(36)}-${crc.toString(36)}"`
/**
 * True where one of the tags of If-None-Match is that of the answer: a list, compared weakly, or * for any (RFC 9110, 13.1.2).
 * Example: `"a", W/"b"` names `W/"a"` and `W/"b"`.
 */
export const isNamed = (etag: string, asked: string | undefined): boolean => {
  if (asked === undefined) return false
  if (asked === etag || asked.trim() === '*') return true
  const opaque = etag.slice(etag.indexOf('"'))
  return asked.match(/"[^"]*"/g)?.includes(opaque) === true
}
/** Tag of data that is another at each instant: that of what stays, and the instant. */
export const tagAt = (etag: string, asOf: number): string =>
  `${etag.slice(0, -1)}-${asOf.toString(36)}"`

export const tagged = (answer: Answer): TaggedAnswer => {
  if (isTagged(answer)) return answer
  const { data, isSimulated, next = null } = answer
  const etag = weakTag(data.length, crc32(data + (next ?? '')))
  return { data, isSimulated, next, etag, bytes: Buffer.byteLength(data) }
}
const isTagged = (answer: Answer): answer is TaggedAnswer => 'etag' in answer
