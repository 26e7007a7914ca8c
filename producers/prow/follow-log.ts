/** Reads on in the log of one run, at most so many bytes at a time, from where it was left. */

import type { RunEvent } from '../../schemas/events.ts'
import { excerptOf } from '../log/excerpt-record.ts'
import { newExcerptState, openExcerpt } from '../log/excerpt.ts'
import { lineCutter } from '../log/lines.ts'
import { MAX_SKIPPED_BYTES, totalOf, wanted } from '../log/part.ts'
import { dropBody, type Get } from '../payload/reach.ts'
import type { Other } from '../payload/turn.ts'
import type { OpenRun } from './cursor.ts'
import { readingEnd, readLines } from './log/reader.ts'

export interface LogReading {
  readonly facts: readonly RunEvent[]
  /** Lines that may tell of a failure. */
  readonly others: readonly Other[]
  /** Bytes that came over the line. */
  readonly bytes: number
  /** True where this reading came to the end of what there is. */
  readonly isAtEnd: boolean
}

/** Name of the log of a run, as it lies in the bucket. */
const LOG = 'build-log.txt'

const NOTHING: LogReading = { facts: [], others: [], bytes: 0, isAtEnd: true }

/** Facts of the next part of a log. Changes the run in place. What is not there (yet) says nothing. */
export const followLog = async (
  get: Get,
  url: string,
  open: OpenRun,
  lengthBytes: number,
  now: number,
): Promise<LogReading> => {
  const hearing = { run: open.run, now }
  const { offset } = open.position
  open.readAt = now
  if (offset > MAX_SKIPPED_BYTES && open.isWhole) return NOTHING
  const answer = await get(url, { from: offset, length: lengthBytes, isUrgent: !open.isEnded })
  if (answer.status !== 206 && answer.status !== 200) {
    await dropBody(answer)
    // 416: there is nothing beyond the offset. That the run is there, and waits, is news all the same.
    const facts = readingEnd(open.log, null, hearing)
    return { ...NOTHING, facts }
  }
  open.isWhole = answer.status === 200
  const skip = open.isWhole ? offset : 0
  const cutter = lineCutter(open.position)
  const state = (open.excerpt ??= newExcerptState())
  const excerpt = openExcerpt(state, open.position.isInLongLine)
  const facts: RunEvent[] = []
  let bytes = 0
  for await (const piece of wanted(answer.body, skip, lengthBytes)) {
    bytes += piece.length
    excerpt.push(piece)
    facts.push(...readLines(open.log, cutter.push(piece), hearing))
  }
  const isAtEnd = bytes < lengthBytes
  // The last line of a log that grows may be half of one.
  if (isAtEnd && open.isEnded) facts.push(...readLines(open.log, cutter.end(), hearing))
  open.position = cutter.position()
  const size = totalOf(answer) ?? offset + bytes
  facts.push(...readingEnd(open.log, size > open.size ? size : null, hearing))
  open.size = Math.max(open.size, size)
  const isEnd = isAtEnd && open.isEnded
  const told = { eventAt: Math.min(open.log.lastAt ?? now, now), observedAt: now }
  const others = excerptOf(open.run, LOG, excerpt.take(isEnd), state, isEnd, told)
  return { facts, others, bytes: bytes + skip, isAtEnd }
}
