/** Files of an exported archive: written under a temporary name, and given their own once all of them are whole. */

import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { FILE_KINDS, type FileKind } from './format.ts'

/** Why nothing could be exported; the message says what to do. */
export class ExportError extends Error {
  override name = 'ExportError'
}

const PARTIAL = '.partial'
const OWN_FILES: readonly string[] = FILE_KINDS.flatMap((kind) => [`${kind}.csv`, `${kind}.csv.gz`])
const isPartial = (name: string): boolean =>
  name.endsWith(PARTIAL) && OWN_FILES.includes(name.slice(0, -PARTIAL.length))

/** Why the system refused, in one line. */
const refusal = (what: string, error: unknown): ExportError =>
  new ExportError(`${what}: ${(error as Error).message}`, { cause: error })

/**
 * Makes the folder where it is not there. Throws {@link ExportError} where it cannot be made, or is not empty and
 * `canOverwrite` is false; what an export that was cut off left behind does not count.
 */
export const claimFolder = async (folder: string, canOverwrite: boolean): Promise<void> => {
  let names: string[]
  try {
    await mkdir(folder, { recursive: true })
    names = await readdir(folder)
  } catch (error) {
    throw refusal(`cannot write to ${folder}`, error)
  }
  const others = names.filter((name) => !isPartial(name))
  if (others.length > 0 && !canOverwrite)
    throw new ExportError(
      `${folder} is not empty (it holds ${others.slice(0, 3).join(', ')}): name an empty or new folder, ` +
        'or allow overwriting, which replaces the runs, steps and tests in it and nothing else',
    )
}

/** Name of a file of the archive. */
export const fileName = (kind: FileKind, isGzip: boolean): string =>
  isGzip ? `${kind}.csv.gz` : `${kind}.csv`

/** Writes chunks to the temporary file of `name`, down to the disk; returns its size in bytes. Throws {@link ExportError}. */
export const writePartial = async (
  folder: string,
  name: string,
  chunks: Iterable<string>,
  signal: AbortSignal | undefined,
): Promise<number> => {
  const path = join(folder, name + PARTIAL)
  const options = signal === undefined ? {} : { signal }
  const source = Readable.from(chunks)
  const file = createWriteStream(path, { flush: true })
  try {
    if (name.endsWith('.gz')) await pipeline(source, createGzip(), file, options)
    else await pipeline(source, file, options)
    return (await stat(path)).size
  } catch (error) {
    signal?.throwIfAborted()
    // What the rows or the log throw is no refusal of the system.
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? error
      : refusal(`cannot write ${path}`, error)
  }
}

/** Removes temporary files. */
export const dropPartials = async (folder: string): Promise<void> => {
  for (const name of (await readdir(folder)).filter(isPartial))
    await rm(join(folder, name), { recursive: true, force: true })
}

/** Gives the written files their names, in the given order, and removes files of an archive that was there before. */
export const publish = async (folder: string, names: readonly string[]): Promise<void> => {
  try {
    for (const name of names) await rename(join(folder, name + PARTIAL), join(folder, name))
    for (const name of OWN_FILES.filter((own) => !names.includes(own)))
      await rm(join(folder, name), { force: true })
  } catch (error) {
    throw refusal(`cannot name the files in ${folder}`, error)
  }
}
