/**
 * Logs that the steps of a run leave among its artifacts, each when its step is over and the run may still go on: what its
 * tests came to, and the lines that may tell of a failure. Each is read once, as a stream.
 */

import { excerptOf } from '../log/excerpt-record.ts'
import { newExcerptState, openExcerpt } from '../log/excerpt.ts'
import { dropBody, type Get } from '../payload/reach.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { fileUrl } from './bucket.ts'
import { lineCutter } from './log/lines.ts'
import { newLogState, readLines } from './log/reader.ts'
import { stepOf, type TestFile, type TestReading } from './run-files.ts'

/** Of a longer log the last part is read: there it tells why it ended. */
const MAX_BYTES = 64 * 2 ** 20

/** What the log of one step says. What is remembered of its run changes once it was read whole. */
export async function* readStepLog(
  get: Get,
  storage: string,
  { open, path, mark, updatedAt, size }: TestFile,
  now: number,
): AsyncGenerator<TestReading> {
  const { folder, run } = open
  if (folder === null) return
  const from = Math.max(0, size - MAX_BYTES)
  const asking = { from, length: MAX_BYTES, isUrgent: !open.isEnded, isOnce: true }
  const answer = await get(fileUrl(storage, folder, path), asking)
  if (answer.status !== 206 && answer.status !== 200) {
    await dropBody(answer)
    return
  }
  // What comes first may be the end of a line.
  const isInLongLine = answer.status === 206 && from > 0
  const cutter = lineCutter({ offset: 0, isInLongLine })
  const picked = newExcerptState()
  const excerpt = openExcerpt(picked, isInLongLine)
  const state = newLogState()
  const hearing = { run, now }
  let counts: RunEvent | undefined
  const hear = (lines: readonly string[]): void => {
    for (const fact of readLines(state, lines, hearing))
      if (fact.kind === 'testsReported') counts = { ...fact, step: stepOf(path) }
  }
  for await (const piece of answer.body) {
    excerpt.push(piece)
    hear(cutter.push(piece))
  }
  hear(cutter.end())
  const told = { eventAt: Math.min(updatedAt ?? now, now), observedAt: now }
  const others = excerptOf(run, path, excerpt.take(true), picked, true, told)
  open.files.push(mark)
  yield { facts: counts === undefined ? [] : [counts], tests: [], refused: [], others }
}
