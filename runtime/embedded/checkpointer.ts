/**
 * Brings what lies in the write-ahead log to the database in a thread of its own. By itself SQLite does it in the commit
 * that makes the log long, which then takes a tenth of a second: too long where forecasts are waited for.
 */

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface Checkpointer {
  /** Resolves when its connection is closed. */
  readonly stop: () => Promise<void>
}

/** It holds a statement or two. */
const HEAP = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 }

/** Checkpoints a database in WAL mode until it is stopped, or cannot: then `onFailure` hears why. */
export const startCheckpointer = (
  file: string,
  onFailure: (error: unknown) => void,
): Checkpointer => {
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: file,
    resourceLimits: HEAP,
  })
  const ended = once(worker, 'exit').catch(onFailure)
  worker.unref()
  return {
    stop: async () => {
      worker.ref() // nothing else may be left to do
      worker.postMessage('stop')
      await ended
    },
  }
}
