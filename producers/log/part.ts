/** A part of a text that somebody else writes, as it is asked for by its range. */

import type { Answer } from '../payload/reach.ts'

/** Where whoever answers does not heed the range, the text comes whole each time: longer ones are no longer followed. */
export const MAX_SKIPPED_BYTES = 64 * 2 ** 20

/** The part of a body that was wanted, where it may begin too early or go on too long. */
export async function* wanted(
  body: AsyncIterable<Uint8Array>,
  skip: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const part of body) {
    const piece = part.subarray(Math.max(0, skip - at), Math.max(0, skip + length - at))
    at += part.length
    if (piece.length > 0) yield piece
    if (at >= skip + length) return
  }
}

/** Length of the whole text, where the answer tells it: `content-range: bytes 5-9/100`. */
export const totalOf = ({ headers }: Answer): number | null => {
  const total = /\/(\d{1,15})$/.exec(headers['content-range'] ?? '')?.[1]
  return total === undefined ? null : Number(total)
}
