/** The thread of {@link ./checkpointer.ts}. */

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** How often is looked, in milliseconds, and the pages beyond which they are brought over: 1.6 MB. */
const LOOK_EVERY_MS = 100
const PAGES = 200

interface Counts {
  /** Pages in the write-ahead log, and how many of them the database has. */
  readonly log: number
  readonly checkpointed: number
}
const db = new DatabaseSync(workerData as string)
db.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -1024')
const look = db.prepare('PRAGMA wal_checkpoint(NOOP)')
const bringOver = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')

const timer = setInterval(() => {
  const { log, checkpointed } = look.get() as unknown as Counts
  if (log - checkpointed >= PAGES) bringOver.run()
}, LOOK_EVERY_MS)

parentPort?.once('message', () => {
  clearInterval(timer)
  db.close()
})
