/** The lock of a store: one process writes, and others can see that one does. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { explain } from './store-error.ts'

const fileOf = (folder: string): string => join(folder, 'stopline.lock')

/** To look for a lock holds it for an instant: whoever takes it waits so long for that. */
const WAIT_MS = 200

/** Held for as long as the process lives, however it ends. Readers do not ask for it. */
export const lockOf = (folder: string): DatabaseSync => {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(fileOf(folder), { timeout: WAIT_MS })
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    throw explain(error, folder)
  }
}

/** True where a process holds the lock, or one that may not be looked at. */
export const isLocked = (folder: string): boolean => {
  if (!existsSync(fileOf(folder))) return false
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(fileOf(folder), { readOnly: true })
    lock.exec('SELECT count(*) FROM sqlite_schema')
    return false
  } catch {
    return true
  } finally {
    lock?.close()
  }
}
