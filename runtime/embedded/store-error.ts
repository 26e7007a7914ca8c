/** What can be wrong with the store's file, in words that say the next step. */

import { crc32 } from 'node:zlib'

export class StoreError extends Error {
  override name = 'StoreError'
}

/**
 * The `bytes` of a row if they are what was written. SQLite notices damage to its own structure, not to what it holds.
 * Throws {@link StoreError}.
 */
export const undamaged = (row: Record<string, unknown>, what: string): Uint8Array => {
  const bytes = row['bytes'] as Uint8Array
  if (crc32(bytes) === row['crc']) return bytes
  throw new StoreError(
    `${what} is damaged on disk: restore the store from a copy, or name another folder with --store`,
  )
}

/** SQLite's result codes in words that say the next step. */
export const explain = (error: unknown, file: string): Error => {
  const code = (error as { errcode?: number }).errcode
  const primary = code === undefined ? 0 : code & 0xff
  const say = (text: string): StoreError => new StoreError(text, { cause: error })
  if (primary === 5 || primary === 6)
    return say(`${file} is in use by another process: stop it, or name another folder with --store`)
  if (primary === 13)
    return say(
      `the disk is full: free space and start again; everything acknowledged is in ${file}`,
    )
  if (primary === 11 || primary === 26)
    return say(
      `${file} is damaged or not a database: restore it from a copy, or name another folder with --store`,
    )
  return error instanceof Error ? error : new Error(String(error))
}
