/**
 * Logs that the steps of a run leave among its artifacts, each when its step is over and the run may still go on: what its
 * tests came to, and the lines that may tell of a failure. Each is read once, as a stream.
 */

import { dropBody, type Get } from '../payload/reach.ts'
import { fileUrl } from './bucket.ts'
import type { TestFile, TestReading } from './run-files.ts'
import { openStepLog } from './step-log.ts'

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
  const log = openStepLog(path, { run, now }, isInLongLine)
  for await (const piece of answer.body) log.push(piece)
  const said = log.end({ eventAt: Math.min(updatedAt ?? now, now), observedAt: now })
  open.files.push(mark)
  yield { ...said, tests: [], refused: [] }
}
