/** Reads on in logs that are open, at a budgeted pace, through the one reader that keeps what is loud. */

import { SIDE_BY_SIDE } from '../payload/ahead.ts'
import { dropBody, type Answer, type Get } from '../payload/reach.ts'
import { turnOf, type Other, type Turn } from '../payload/turn.ts'
import { isOfOneHost, SourceError } from '../polling/source-error.ts'
import { excerptOf } from './excerpt-record.ts'
import { openExcerpt } from './excerpt.ts'
import { dueLogs, type LogPace, type LogService, type OpenLog, type OpenLogs } from './follow.ts'
import { lineCutter } from './lines.ts'
import { MAX_SKIPPED_BYTES, wanted } from './part.ts'

/** Bytes of one log that are read at a time, and over all. */
const PART_BYTES = 4 * 2 ** 20
const MAX_LOG_BYTES = 64 * 2 ** 20
/** A log that was not there so often is not there. */
const MAX_VAIN = 5
const LOGS_AHEAD = Math.min(4, SIDE_BY_SIDE)
const LINE_BREAK = Uint8Array.of(10)

interface Reading {
  readonly others: readonly Other[]
  readonly bytes: number
  readonly isAtEnd: boolean
  /** Why nothing could be read. */
  readonly problem: string | null
}
const failed = (problem: string): Reading => ({ others: [], bytes: 0, isAtEnd: true, problem })

/** Jenkins tells where its log ends; marks that it leaves out make that more than the bytes that came. */
const endOf = ({ headers }: Answer): number | null => {
  const size = /^\d{1,15}$/.exec(headers['x-text-size'] ?? '')?.[0]
  return size === undefined ? null : Number(size)
}

const partOf = async (get: Get, service: LogService, open: OpenLog): Promise<Answer> => {
  const { offset } = open.position
  const url = service.urlOf(open.run, offset)
  const isUrgent = open.endedAt === null
  return service.isOffsetInUrl
    ? get(url, { isUrgent, isOnce: true })
    : get(url, { from: offset, length: PART_BYTES, isUrgent })
}

/** The next part of a log. Changes it in place. */
const readPart = async (
  get: Get,
  service: LogService,
  open: OpenLog,
  now: number,
): Promise<Reading> => {
  const { position } = open
  open.readAt = now
  if (position.offset > MAX_SKIPPED_BYTES && open.isWhole) return failed('it comes whole each time')
  const answer = await partOf(get, service, open)
  const isThere = answer.status === 200 || answer.status === 206
  if (!isThere) await dropBody(answer)
  // 416: there is nothing beyond the offset.
  if (!isThere && answer.status !== 416) return failed(`answered ${answer.status}`)
  open.isWhole = answer.status === 200 && !service.isOffsetInUrl
  const skip = open.isWhole ? position.offset : 0
  const cutter = lineCutter(position)
  const excerpt = openExcerpt(open.excerpt, position.isInLongLine)
  let bytes = 0
  if (isThere)
    for await (const piece of wanted(answer.body, skip, PART_BYTES)) {
      bytes += piece.length
      cutter.push(piece)
      excerpt.push(piece)
    }
  const readTo = position.offset + bytes
  const isAtEnd = bytes < PART_BYTES || readTo >= MAX_LOG_BYTES
  const end = bytes < PART_BYTES ? (endOf(answer) ?? readTo) : readTo
  open.position = cutter.position()
  // Where marks were left out, nobody can go back to the beginning of the last line: its halves are two lines.
  if (end !== readTo && open.position.offset < readTo) excerpt.push(LINE_BREAK)
  if (end !== readTo) open.position = { offset: end, isInLongLine: false }
  const isEnd = isAtEnd && open.endedAt !== null
  const told = { eventAt: Math.min(open.endedAt ?? now, now), observedAt: now }
  const lines = excerpt.take(isEnd)
  const others = excerptOf(open.run, service.name, lines, open.excerpt, isEnd, told)
  return { others, bytes: bytes + skip, isAtEnd, problem: null }
}

/** What keeps one log from being read says nothing of the rest. */
const isOfOneLog = (error: unknown): error is SourceError =>
  isOfOneHost(error) || (error instanceof SourceError && error.reason === 'forbidden-host')

/** Where it breaks off nothing of the log was read. */
const readOn = async (
  get: Get,
  service: LogService,
  [name, open]: [string, OpenLog],
  logs: OpenLogs,
  now: number,
): Promise<{ name: string; open: OpenLog; reading: Reading }> => {
  const before = structuredClone(open)
  try {
    return { name, open, reading: await readPart(get, service, open, now) }
  } catch (error) {
    if (!isOfOneLog(error)) throw error
    const again = { ...before, readAt: now }
    logs[name] = again
    return { name, open: again, reading: failed(error.message) }
  }
}

/** Turns of the logs that are due. What is remembered of logs that were read side by side changes together. */
export async function* logTurns(
  get: Get,
  logs: OpenLogs,
  service: LogService,
  pace: LogPace,
  now: number,
): AsyncGenerator<Turn> {
  const due = dueLogs(logs, pace, now)
  let left = pace.roundBytes
  while (due.length > 0 && left > 0) {
    const batch = due.splice(0, Math.min(LOGS_AHEAD, Math.ceil(left / PART_BYTES)))
    const read = await Promise.all(batch.map((one) => readOn(get, service, one, logs, now)))
    for (const { name, open, reading } of read) {
      left -= reading.bytes
      open.vain = reading.problem === null ? 0 : open.vain + 1
      const isDone = reading.isAtEnd && open.endedAt !== null
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
      if (open.vain >= MAX_VAIN || (isDone && reading.problem === null)) delete logs[name]
      // A log that is far behind is read on while there is budget, after the others.
      else if (!reading.isAtEnd) due.push([name, open])
    }
    yield turnOf({
      others: read.flatMap(({ reading }) => reading.others),
      notes: read.flatMap(({ open, reading: { problem } }) =>
        problem === null || open.vain < MAX_VAIN
          ? []
          : [{ oddity: 'unread-part', detail: `the log of run ${open.run.runId}: ${problem}` }],
      ),
    })
  }
}
