/** Cuts a log that comes in pieces into lines. Memory is bounded by the longest line that is kept. */

import { MAX_LINE_BYTES } from './excerpt.ts'

// Longer lines say nothing that is looked for here; they are passed over whole, wherever the pieces are cut.

export interface LogPosition {
  /** Bytes before the first line that was not read whole. */
  readonly offset: number
  /** The bytes at the offset belong to a line that is passed over. */
  readonly isInLongLine: boolean
}
export interface LineCutter {
  /** Whole lines that end in this piece. */
  readonly push: (piece: Uint8Array) => string[]
  /** The last line, where the log ended without a line break. */
  readonly end: () => string[]
  readonly position: () => LogPosition
}

const NEWLINE = 10
const NOTHING = Buffer.alloc(0)

export const lineCutter = (from: LogPosition): LineCutter => {
  let { offset, isInLongLine } = from
  let rest = NOTHING
  const take = (line: Buffer): string[] => {
    const isKept = !isInLongLine && line.length <= MAX_LINE_BYTES
    isInLongLine = false
    return isKept ? [line.toString('utf8')] : []
  }
  const push = (piece: Uint8Array): string[] => {
    const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece])
    const lines: string[] = []
    let at = 0
    for (;;) {
      const end = bytes.indexOf(NEWLINE, at)
      if (end < 0) break
      lines.push(...take(bytes.subarray(at, end)))
      at = end + 1
    }
    rest = bytes.subarray(at)
    if (isInLongLine || rest.length > MAX_LINE_BYTES) {
      isInLongLine = true
      at = bytes.length
      rest = NOTHING
    }
    offset += at
    return lines
  }
  const end = (): string[] => {
    const lines = rest.length === 0 ? [] : take(rest)
    offset += rest.length
    rest = NOTHING
    return lines
  }
  return { push, end, position: () => ({ offset, isInLongLine }) }
}
