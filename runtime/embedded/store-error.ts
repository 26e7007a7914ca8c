/** What can be wrong with the store's file, in words that say the next step. */

import { crc32 } from 'node:zlib'

export class StoreError extends Error {
  override name = 'StoreError'
  /** What is wrong with the file; null where it is what the file holds. */
  readonly trouble: Trouble | null
  constructor(message: string, { cause, trouble = null }: StoreErrorOptions = {}) {
    super(message, { cause })
    this.trouble = trouble
  }
}
interface StoreErrorOptions {
  readonly cause?: unknown
  readonly trouble?: Trouble | null
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

/** What can go wrong with a file, by SQLite's result codes and by those of the system. */
const TROUBLES = {
  inUse: [5, 6],
  notWritable: [8, 'EACCES', 'EPERM', 'EROFS'],
  unreliable: [10, 'EIO'],
  damaged: [11, 26],
  full: [13, 'ENOSPC', 'EDQUOT'],
  cannotOpen: [14, 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOENT'],
} as const
type Trouble = keyof typeof TROUBLES

const ANOTHER = 'or name another folder with --store'
const STORE_STEPS: Readonly<Record<Trouble, (file: string) => string>> = {
  inUse: (file) => `${file} is in use by another process: stop it, ${ANOTHER}`,
  notWritable: (file) =>
    `${file} may not be written: let the user who runs stopline write it and its folder, ${ANOTHER}`,
  unreliable: (file) =>
    `the disk fails to read or write ${file}: see to the disk (is it full, still mounted, sound?) and start again, ${ANOTHER}`,
  damaged: (file) => `${file} is damaged or not a database: restore it from a copy, ${ANOTHER}`,
  full: (file) =>
    `the disk is full: free space and start again; everything acknowledged is in ${file}`,
  cannotOpen: (file) =>
    `${file} cannot be opened: let it be a file that the user who runs stopline may read and write, in a folder that is there, ${ANOTHER}`,
}

const troubleOf = (error: unknown): Trouble | undefined => {
  const { errcode, code = '' } = error as { errcode?: number; code?: string }
  // Extended codes have the primary one in their lowest byte.
  const said = errcode === undefined ? code : errcode & 0xff
  const known = Object.entries(TROUBLES).find(([, codes]) =>
    (codes as readonly unknown[]).includes(said),
  )
  return known?.[0] as Trouble | undefined
}
const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error))

/** What SQLite or the system says of a store's file, in words that say the next step. */
export const explain = (error: unknown, file: string): Error => {
  const trouble = troubleOf(error)
  return trouble === undefined
    ? asError(error)
    : new StoreError(STORE_STEPS[trouble](file), { cause: error, trouble })
}

const TEMPORARY = 'temporary files (in SQLITE_TMPDIR, else TMPDIR, else /var/tmp)'
/** The same of a temporary database. */
const explainTemporary = (error: unknown): Error => {
  const trouble = troubleOf(error)
  if (trouble === undefined) return asError(error)
  const what =
    trouble === 'full' ? `the disk is full that has ${TEMPORARY}` : `the disk fails ${TEMPORARY}`
  const step = 'free space there, or set SQLITE_TMPDIR to a folder on another disk'
  return new StoreError(`${what}: ${step}, and start again`, { cause: error, trouble })
}

/** Work on a temporary database, whose trouble is told in words. */
export const onTemporary =
  <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
  (...given: Given): Result => {
    try {
      return work(...given)
    } catch (error) {
      throw explainTemporary(error)
    }
  }
/** The same of work that gives one thing after another. */
export const eachOnTemporary = <Given extends unknown[], Item>(
  work: (...given: Given) => Iterable<Item>,
) =>
  function* (...given: Given): Generator<Item> {
    try {
      yield* work(...given)
    } catch (error) {
      throw explainTemporary(error)
    }
  }

/** What `work` returns; what it throws is told as {@link explain} does. */
export const explained = <T>(work: () => T, file = 'the store'): T => {
  try {
    return work()
  } catch (error) {
    throw explain(error, file)
  }
}
