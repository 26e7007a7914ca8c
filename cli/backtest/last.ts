/** Scores only the last runs to start: what comes before has taught the pipeline, and is not judged. */

import type { Collected } from './collector.ts'

/**
 * The last share of the runs by start; runs that were never seen to start count from when their end was heard.
 * Example: of ten runs, .4 leaves the last four. Levels and abstentions stay those of all runs.
 */
export const lastOf = (collected: Collected, share: number): Collected => {
  const starts = collected.runs.map((run) => run.startMs ?? run.heardMs).sort((a, b) => a - b)
  const from = starts[Math.floor(starts.length * (1 - share) + 1e-9)] ?? Infinity
  return {
    ...collected,
    runs: collected.runs.filter((run) => (run.startMs ?? run.heardMs) >= from),
  }
}
