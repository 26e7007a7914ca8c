/** The record that carries what was picked of a log to whoever looks for the cause. */

import type { LogExcerpt, RunRef } from '../../schemas/events.ts'
import { factId, type Told } from '../payload/facts.ts'
import type { Other } from '../payload/turn.ts'
import type { ExcerptLine, ExcerptState } from './excerpt.ts'

export type PickedLines = Extract<Other, { readonly topic: 'ci.log-excerpts.v1' }>

/** None where nothing was picked and the log goes on. */
export const excerptOf = (
  run: RunRef,
  log: string,
  lines: ExcerptLine[],
  { lines: linesRead }: ExcerptState,
  isEnd: boolean,
  told: Told,
): PickedLines[] => {
  if (lines.length === 0 && !isEnd) return []
  const from = String(lines[0]?.line ?? linesRead)
  const eventId = factId(run, 'excerpt', log, from, String(linesRead), String(isEnd))
  return [recordOf(run, { eventId, ...told, log, lines, linesRead, isEnd })]
}

/** Says, before anything of it was read, that a log is going to be: whoever waits for causes then keeps the end of its run. */
export const announcement = (run: RunRef, log: string, told: Told): PickedLines =>
  recordOf(run, {
    eventId: factId(run, 'excerpt', log, 'announced'),
    ...told,
    ...{ log, lines: [], linesRead: 0, isEnd: false },
  })

const recordOf = (
  { source, repo, job, runId, attempt }: RunRef,
  said: Omit<LogExcerpt, keyof RunRef>,
): PickedLines => ({
  topic: 'ci.log-excerpts.v1',
  record: { ...said, source, repo, job, runId, attempt },
})
