/** Services that hand out logs of jobs, each in its own way, as they are while a log grows. */

import type { PlayedAnswer, PlayedRequest } from './ci-server.ts'

/** Bytes from a place on, as whoever heeds ranges answers: 206, or 416 beyond the end. */
export const byRange = (text: string, { headers }: PlayedRequest): PlayedAnswer => {
  const bytes = Buffer.from(text)
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
  const part = bytes.subarray(Number(first), last === '' ? undefined : Number(last) + 1)
  if (part.length === 0)
    return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } }
  const end = Number(first) + part.length - 1
  const headersOf = { 'content-range': `bytes ${first}-${end}/${bytes.length}` }
  return { status: 206, headers: headersOf, body: part }
}

/** Jenkins' way: the place is in the address, and a header tells where the log ends. `marks`: bytes of it that are not shown. */
export const progressive = (
  text: string,
  { query }: PlayedRequest,
  isOpen: boolean,
  marks = 0,
): PlayedAnswer => {
  const bytes = Buffer.from(text)
  const start = Math.max(0, Number(query.get('start') ?? 0) - marks)
  return {
    body: bytes.subarray(start),
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      'x-text-size': String(bytes.length + marks),
      ...(isOpen && { 'x-more-data': 'true' }),
    },
  }
}
