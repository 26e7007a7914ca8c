/**
 * Exports topics of a log as tables: `<topic>/day=<day>/source=<source>/<first offset>.<format>`. It goes on where the last
 * export into the folder stopped; what a crash leaves half is written again under the same name.
 */

import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogReader } from '../../../runtime/ports.ts'
import type { RecordOf, TopicName } from '../../../schemas/topics.ts'
import { dictionaryOf } from './dictionary.ts'
import { FORMATS, type FormatName } from './formats.ts'
import { pseudonymous } from './pseudonyms.ts'

/** Topics that are exported unless others are named. */
export const USUAL_TOPICS: readonly TopicName[] = [
  'ci.runs.v1',
  'ci.test-results.v1',
  'ci.pull-events.v1',
  'ci.forecasts.v1',
  'ci.decisions.v1',
  'ci.scores.v1',
  'ci.kpi-history.v1',
  'ci.merge-forecasts.v1',
  'ci.merge-scores.v1',
]
export interface TablesOptions {
  readonly format: FormatName
  readonly topics: readonly TopicName[]
  /** Key of pseudonyms; null leaves logins as they are. */
  readonly key: string | null
  readonly signal: AbortSignal
}
export interface TablesSummary {
  readonly folder: string
  readonly files: number
  readonly records: Readonly<Record<string, number>>
}
/** What an export has told so far, and how: another way does not go into the same folder. */
interface Progress {
  readonly format: FormatName
  readonly isPseudonymous: boolean
  readonly next: Readonly<Record<string, number>>
}
const PROGRESS = 'export.json'
/** Rows in memory at most: the fullest partition is then written. */
const MAX_ROWS = 50_000

/** Throws where the folder holds an export of another kind. */
const progressIn = (folder: string, { format, key }: TablesOptions): Progress => {
  const path = join(folder, PROGRESS)
  const isPseudonymous = key !== null
  if (!existsSync(path)) return { format, isPseudonymous, next: {} }
  const known = JSON.parse(readFileSync(path, 'utf8')) as Progress
  if (known.format !== format || known.isPseudonymous !== isPseudonymous)
    throw new Error(
      `${folder} holds ${known.format} ${known.isPseudonymous ? 'with' : 'without'} pseudonyms: name another folder`,
    )
  return known
}

interface Part {
  readonly first: number
  readonly rows: RecordOf<TopicName>[]
}
/** Names of folders: nothing that leads elsewhere. */
const safe = (text: string): string => encodeURIComponent(text).replaceAll('.', '%2E')
const partitionOf = (record: RecordOf<TopicName>): string => {
  const day = new Date(record.observedAt).toISOString().slice(0, 10)
  const source = 'source' in record && typeof record.source === 'string' ? record.source : 'all'
  return join(`day=${day}`, `source=${safe(source)}`)
}

export const exportTables = async (
  log: LogReader,
  folder: string,
  options: TablesOptions,
): Promise<TablesSummary> => {
  const { format, topics, key, signal } = options
  const before = progressIn(folder, options)
  await mkdir(folder, { recursive: true })
  const next: Record<string, number> = { ...before.next }
  const records: Record<string, number> = {}
  let files = 0
  for (const topic of topics) {
    const parts = new Map<string, Part>()
    let held = 0
    const write = async (partition: string, { first, rows }: Part): Promise<void> => {
      const inside = join(folder, topic, partition)
      await mkdir(inside, { recursive: true })
      const name = `${String(first).padStart(12, '0')}.${FORMATS[format].extension}`
      await FORMATS[format].write(join(inside, `${name}.new`), topic, rows)
      await rename(join(inside, `${name}.new`), join(inside, name))
      parts.delete(partition)
      held -= rows.length
      files += 1
    }
    let count = 0
    for (const { record, offset } of log.read(topic, next[topic] ?? 0)) {
      signal.throwIfAborted()
      next[topic] = offset + 1
      if (record === null) continue
      const partition = partitionOf(record)
      const part = parts.get(partition) ?? { first: offset, rows: [] }
      parts.set(partition, part)
      part.rows.push(key === null ? record : pseudonymous(record, key))
      held += 1
      count += 1
      if (held >= MAX_ROWS) {
        const fullest = [...parts].sort((a, b) => b[1].rows.length - a[1].rows.length)[0]
        if (fullest !== undefined) await write(...fullest)
      }
    }
    for (const [partition, part] of [...parts]) await write(partition, part)
    records[topic] = count
  }
  await writeFile(join(folder, 'DICTIONARY.md'), dictionaryOf(topics))
  const progress: Progress = { format, isPseudonymous: key !== null, next }
  await writeFile(join(folder, `${PROGRESS}.new`), `${JSON.stringify(progress, null, 2)}\n`)
  await rename(join(folder, `${PROGRESS}.new`), join(folder, PROGRESS))
  return { folder, files, records }
}
