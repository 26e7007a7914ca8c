/**
 * Exports topics of a log as tables: `<topic>/day=<day>/source=<source>/<first offset>.<format>`, with the partition before the
 * offset where a topic has several. It goes on where the last export into the folder stopped; what a crash leaves half is
 * written again under the same name.
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResumableLog } from '../../../runtime/ports.ts'
import { TOPICS, type TopicName } from '../../../schemas/topics.ts'
import { dictionaryOf } from './dictionary.ts'
import type { FormatName } from './formats.ts'
import { Parts } from './parts.ts'
import { checkKnown, checkSame, keepProgress, progressIn } from './progress.ts'
import { isOfBranch, keyMarkOf, pseudonymous } from './pseudonyms.ts'

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
  /** What the log is: `store`, or the topics of an installation. */
  readonly origin: string
  readonly signal: AbortSignal
}
export interface TablesSummary {
  readonly folder: string
  readonly files: number
  readonly records: Readonly<Record<string, number>>
  /** Offsets that went by retention since the last export, by topic; topics that lost none are missing. */
  readonly lost: Readonly<Record<string, number>>
}

export const exportTables = async (
  log: ResumableLog,
  folder: string,
  options: TablesOptions,
): Promise<TablesSummary> => {
  const { format, topics, key, origin } = options
  const [isPseudonymous, keyMark] = [key !== null, key === null ? null : keyMarkOf(key)]
  let progress = progressIn(folder, { format, isPseudonymous, keyMark, origin })
  await mkdir(folder, { recursive: true })
  const all = new Set([...(Object.keys(progress.next) as TopicName[]), ...topics])
  await writeFile(join(folder, 'DICTIONARY.md'), dictionaryOf([...all]))
  const records: Record<string, number> = {}
  const lost: Record<string, number> = {}
  let files = 0
  for (const topic of topics) {
    const before = { next: progress.next[topic] ?? [], last: progress.last[topic] ?? [] }
    const done = await exportTopic(log, topic, folder, options, before)
    files += done.files
    records[topic] = done.records
    if (done.lost > 0) lost[topic] = done.lost
    progress = {
      ...progress,
      next: { ...progress.next, [topic]: done.next },
      last: { ...progress.last, [topic]: done.last },
    }
    await keepProgress(folder, progress)
  }
  return { folder, files, records, lost }
}

/** Where a topic stands: the next offset of each partition, and the event id of the record before it. */
interface Place {
  readonly next: readonly number[]
  readonly last: readonly string[]
}
interface Done extends Place {
  readonly files: number
  readonly records: number
  readonly lost: number
}
/** A partition after the other: so files begin and end at the same records each time. */
const exportTopic = async (
  log: ResumableLog,
  topic: TopicName,
  folder: string,
  { format, key, signal }: TablesOptions,
  before: Place,
): Promise<Done> => {
  const partitions = log.bounds(topic)
  const next: number[] = []
  const last: string[] = []
  let [files, records, lost] = [0, 0, 0]
  for (const [partition, bounds] of partitions.entries()) {
    const from = before.next[partition] ?? 0
    let id = before.last[partition] ?? ''
    checkSame(topic, from, bounds)
    if (from > 0 && TOPICS[topic].cleanup === 'delete') lost += Math.max(0, bounds.begin - from)
    const prefix = partitions.length > 1 ? `${String(partition).padStart(4, '0')}-` : ''
    const parts = new Parts(folder, topic, format, prefix)
    let past = from
    for await (const { record, offset } of log.read(topic, partition, Math.max(0, from - 1))) {
      signal.throwIfAborted()
      if (offset < from) {
        checkKnown(topic, id, record?.eventId ?? '')
        continue
      }
      past = offset + 1
      id = record?.eventId ?? ''
      if (record === null || (key !== null && isOfBranch(record))) continue
      parts.add(key === null ? record : pseudonymous(topic, record, key), offset)
      records += 1
      if (parts.isFull) await parts.writeFullest()
    }
    await parts.writeAll()
    files += parts.files
    next.push(past)
    last.push(id)
  }
  return { files, records, lost, next, last }
}
