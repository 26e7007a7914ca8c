/** How far an export into a folder has come, and of what: another way, or another log, does not go into the same folder. */

import { existsSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bounds } from '../../../runtime/ports.ts'
import type { TopicName } from '../../../schemas/topics.ts'
import type { FormatName } from './formats.ts'

export interface Progress {
  readonly format: FormatName
  readonly isPseudonymous: boolean
  /** What was exported: the store, or the topics of an installation on Kafka. */
  readonly origin: string
  /** Offset of the next record, by topic and partition. */
  readonly next: Readonly<Record<string, readonly number[]>>
}
/** As it may lie there: logs had one partition, and stores alone were exported. */
interface Kept extends Omit<Progress, 'origin' | 'next'> {
  readonly origin?: string
  readonly next: Readonly<Record<string, number | readonly number[]>>
}
const FILE = 'export.json'

/** Throws where the folder holds an export of another kind. */
export const progressIn = (folder: string, asked: Omit<Progress, 'next'>): Progress => {
  const path = join(folder, FILE)
  if (!existsSync(path)) return { ...asked, next: {} }
  const { format, isPseudonymous, ...kept } = JSON.parse(readFileSync(path, 'utf8')) as Kept
  const next = Object.fromEntries(Object.entries(kept.next).map(([of, at]) => [of, [at].flat()]))
  const known: Progress = { format, isPseudonymous, origin: kept.origin ?? 'store', next }
  if (inWords(known) !== inWords(asked))
    throw new Error(`${folder} holds ${inWords(known)}: name another folder`)
  return known
}
const inWords = ({ format, isPseudonymous, origin }: Omit<Progress, 'next'>): string =>
  `${format} ${isPseudonymous ? 'with' : 'without'} pseudonyms of ${origin}`

export const keepProgress = async (folder: string, progress: Progress): Promise<void> => {
  const path = join(folder, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(progress, null, 2)}\n`)
  await rename(`${path}.new`, path)
}

/** Throws where what was exported of a partition cannot have come from it. */
export const checkSame = (topic: TopicName, from: number, { end }: Bounds): void => {
  if (from > end)
    throw new Error(
      `${topic} ends at ${end}, before ${from}, where the last export stopped: it was made anew; name another folder`,
    )
}
