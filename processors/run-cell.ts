/** Name of the cell that holds what is known of a run, within its job. */

import type { RunRef } from '../schemas/events.ts'
import { runName } from '../schemas/keys.ts'

type Run = Pick<RunRef, 'runId' | 'attempt'>
/** Names made lately: a run gives many records, and one text for all of them makes tables quick to look up. */
const KNOWN_RUNS = 20_000
const known = new Map<string, { readonly attempt: number; readonly cell: string }>()

/** Example: the second attempt of run 7 has the cell `run/7#2`. */
export const runCell = (run: Run): string => {
  const last = known.get(run.runId)
  if (last?.attempt === run.attempt) return last.cell
  if (known.size >= KNOWN_RUNS) known.clear()
  const cell = `run/${runName(run)}`
  known.set(run.runId, { attempt: run.attempt, cell })
  return cell
}
