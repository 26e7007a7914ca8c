/** The lock of a store: one process writes, and others can see that one does. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { explain } from './store-error.ts'

const fileOf = (folder: string): string => join(folder, 'stopline.lock')

/** Held for as long as the process lives, however it ends. Readers do not ask for it. */
export const lockOf = (folder: string): DatabaseSync => {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(fileOf(folder))
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    throw explain(error, folder)
  }
}

/**
 * True where a process holds the lock. To look holds it for an instant, in which a process that starts would be refused: not
 * to be asked often.
 */
export const isLocked = (folder: string): boolean => {
  if (!existsSync(fileOf(folder))) return false
  const lock = new DatabaseSync(fileOf(folder), { readOnly: true })
  try {
    lock.exec('SELECT count(*) FROM sqlite_schema')
    return false
  } catch {
    return true
  } finally {
    lock.close()
  }
}
