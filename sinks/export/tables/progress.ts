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
  /** Mark of the key of pseudonyms, which does not tell the key; null without, or where a version before noted none. */
  readonly keyMark: string | null
  /** What was exported: the store, or the topics of an installation on Kafka. */
  readonly origin: string
  /** Offset of the next record, by topic and partition. */
  readonly next: Readonly<Record<string, readonly number[]>>
  /** Event id of the record before, by which the log is known again; empty where it is not known. */
  readonly last: Readonly<Record<string, readonly string[]>>
}
/** As it may lie there: logs had one partition, stores alone were exported, and neither key nor log had a mark. */
interface Kept extends Pick<Progress, 'format' | 'isPseudonymous'> {
  readonly origin?: string
  readonly keyMark?: string | null
  readonly next: Readonly<Record<string, number | readonly number[]>>
  readonly last?: Progress['last']
}
const FILE = 'export.json'

/** Throws where the folder holds an export of another kind. */
export const progressIn = (folder: string, asked: Omit<Progress, 'next' | 'last'>): Progress => {
  const path = join(folder, FILE)
  if (!existsSync(path)) return { ...asked, next: {}, last: {} }
  const { format, isPseudonymous, ...kept } = JSON.parse(readFileSync(path, 'utf8')) as Kept
  const next = Object.fromEntries(Object.entries(kept.next).map(([of, at]) => [of, [at].flat()]))
  const { origin = 'store', keyMark = null, last = {} } = kept
  const known: Progress = { format, isPseudonymous, keyMark, origin, next, last }
  if (inWords(known) !== inWords(asked))
    throw new Error(`${folder} holds ${inWords(known)}: name another folder`)
  if (keyMark !== null && keyMark !== asked.keyMark)
    throw new Error(
      `${folder} holds pseudonyms of another key, under which the same person has another name: give that key, or name another folder`,
    )
  return { ...known, keyMark: asked.keyMark }
}
type Way = Pick<Progress, 'format' | 'isPseudonymous' | 'origin'>
const inWords = ({ format, isPseudonymous, origin }: Way): string =>
  `${format} ${isPseudonymous ? 'with' : 'without'} pseudonyms of ${origin}`

export const keepProgress = async (folder: string, progress: Progress): Promise<void> => {
  const path = join(folder, FILE)
  await writeFile(`${path}.new`, `${JSON.stringify(progress, null, 2)}\n`)
  await rename(`${path}.new`, path)
}

/** Throws where the record before the place where the last export stopped is not the one that was there. */
export const checkKnown = (topic: TopicName, known: string, found: string): void => {
  if (known !== '' && found !== known)
    throw new Error(`${topic} is that of another log than the folder holds: name another folder`)
}

/** Throws where what was exported of a partition cannot have come from it. */
export const checkSame = (topic: TopicName, from: number, { end }: Bounds): void => {
  if (from > end)
    throw new Error(
      `${topic} ends at ${end}, before ${from}, where the last export stopped: it was made anew; name another folder`,
    )
}
