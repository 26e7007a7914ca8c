/** Names of cells that hold what is known of a run, within its job. */

import type { RunRef } from '../schemas/events.ts'
import { runName } from '../schemas/keys.ts'

type Run = Pick<RunRef, 'runId' | 'attempt'>
/** Names made lately: a run gives many records, and one text for all of them makes tables quick to look up. */
const KNOWN_RUNS = 20_000

/** Names something of a run, once for all of its records. */
export const runNames = (make: (run: Run) => string): ((run: Run) => string) => {
  const known = new Map<string, { readonly attempt: number; readonly name: string }>()
  return (run) => {
    const last = known.get(run.runId)
    if (last?.attempt === run.attempt) return last.name
    if (known.size >= KNOWN_RUNS) known.clear()
    const name = make(run)
    known.set(run.runId, { attempt: run.attempt, name })
    return name
  }
}
/** Names cells of one kind. Example: those of kind `log` are called `log/7#2` for the second attempt of run 7. */
export const runCells = (kind: string): ((run: Run) => string) =>
  runNames((run) => `${kind}/${runName(run)}`)

/** Example: the second attempt of run 7 has the cell `run/7#2`. */
export const runCell = runCells('run')
