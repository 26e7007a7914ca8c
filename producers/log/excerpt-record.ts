/** The record that carries what was picked of a log to whoever looks for the cause. */

import type { RunRef } from '../../schemas/events.ts'
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
  const { source, repo, job, runId, attempt } = run
  const from = String(lines[0]?.line ?? linesRead)
  const record = {
    eventId: factId(run, 'excerpt', log, from, String(linesRead), String(isEnd)),
    ...told,
    ...{ source, repo, job, runId, attempt, log, lines, linesRead, isEnd },
  }
  return [{ topic: 'ci.log-excerpts.v1', record }]
}
