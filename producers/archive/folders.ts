/** What an archive folder holds. */

import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { FILE_KINDS, FILES, type FileKind } from './columns.ts'

/** One file: where it lies, and how reports and dead letters name it. */
export interface ArchiveFile {
  readonly path: string
  readonly name: string
  readonly kind: FileKind
}

/** A folder that is no archive; the message says what a folder must hold. */
class ArchiveError extends Error {
  override name = 'ArchiveError'
}

const fileOf = (folder: string, name: string, kind: FileKind): ArchiveFile | null => {
  const [first, second] = [`${kind}.csv`, `${kind}.csv.gz`].filter((file) =>
    existsSync(join(folder, file)),
  )
  if (second !== undefined)
    throw new ArchiveError(`${folder} holds ${kind}.csv and ${kind}.csv.gz: keep one of them.`)
  return first === undefined ? null : { path: join(folder, first), name: `${name}/${first}`, kind }
}

const filesOf = (folder: string, name: string): readonly ArchiveFile[] => {
  if (!existsSync(folder)) throw new ArchiveError(`There is no folder ${folder}.`)
  const files = FILE_KINDS.map((kind) => fileOf(folder, name, kind)).filter((file) => file !== null)
  if (files.some(({ kind }) => kind === 'runs' || kind === 'pulls')) return files
  throw new ArchiveError(
    `${folder} holds no runs.csv and no runs.csv.gz. An archive folder holds runs.csv with the columns ` +
      `${FILES.runs.required.join(', ')}, and may hold steps.csv, tests.csv and pulls.csv, each plain or as .gz; ` +
      'pulls.csv may stand alone.',
  )
}

/** Names of folders, the last part of their paths; a name that is there already gets its place in the list. */
export const folderNames = (folders: readonly string[]): readonly string[] => {
  const names = folders.map((folder) => basename(resolve(folder)))
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name}~${index + 1}`))
}

/** Files of all folders, in the order in which they are read. Throws {@link ArchiveError}. */
export const filesOfAll = (folders: readonly string[]): readonly ArchiveFile[] => {
  const names = folderNames(folders)
  return folders.flatMap((folder, index) => filesOf(folder, names[index] ?? folder))
}
