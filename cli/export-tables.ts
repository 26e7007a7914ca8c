/** `stopline export --format parquet|avro`: topics as tables, of a store or on Kafka. */

import { EmbeddedLog } from '../runtime/embedded/log.ts'
import { EmbeddedStore } from '../runtime/embedded/store.ts'
import { openPartitionLog } from '../runtime/kafka/partition-log.ts'
import { resumable } from '../runtime/one-partition.ts'
import type { ResumableLog } from '../runtime/ports.ts'
import { TOPICS, type TopicName } from '../schemas/topics.ts'
import { exportTables, USUAL_TOPICS, type TablesSummary } from '../sinks/export/tables/export.ts'
import type { FormatName } from '../sinks/export/tables/formats.ts'
import { tellingTopic } from '../sinks/export/tables/pseudonyms.ts'
import { clusterSettings } from './cluster/settings.ts'
import { nameOfTopics, placeOfTopics } from './cluster/topics.ts'
import { EXIT, textOption, UsageError, type Invocation } from './command.ts'
import { existingStore } from './store-folder.ts'

const LEAST_KEY = 16

/** Writes what is new since the last export into the folder, and says how much. */
export const exportAsTables = async (
  invocation: Invocation,
  format: FormatName,
): Promise<number> => {
  const { values, positionals, signal } = invocation
  const [folder = ''] = positionals
  const topics = topicsOf(invocation)
  const key = keyOf(invocation)
  const telling = key === null ? undefined : tellingTopic(topics)
  if (telling !== undefined)
    throw new UsageError(
      `${telling} names people and branches in its sentences, where --pseudonyms cannot replace them: leave it out`,
    )
  const { log, origin, close } = await opened(invocation, topics)
  try {
    const summary = await exportTables(log, folder, { format, topics, key, origin, signal })
    if (values['json'] === true) process.stdout.write(`${JSON.stringify(summary)}\n`)
    else print(summary)
    return EXIT.ok
  } finally {
    await close()
  }
}

interface Opened {
  readonly log: ResumableLog
  readonly origin: string
  readonly close: () => Promise<void>
}
const opened = (invocation: Invocation, topics: readonly TopicName[]): Promise<Opened> =>
  invocation.values['store'] === undefined && process.env['STOPLINE_KAFKA_BROKERS'] !== undefined
    ? onKafka(topics, invocation.signal)
    : Promise.resolve(inStore(existingStore(invocation)))

const inStore = (folder: string): Opened => {
  const store = new EmbeddedStore(folder, { readOnly: true })
  const close = (): Promise<void> => {
    store.close()
    return Promise.resolve()
  }
  return { log: resumable(new EmbeddedLog(store)), origin: 'store', close }
}
const onKafka = async (topics: readonly TopicName[], signal: AbortSignal): Promise<Opened> => {
  const cluster = clusterSettings()
  const place = await placeOfTopics(cluster)
  const log = await openPartitionLog(cluster.connection, place, topics, signal)
  return { log, origin: nameOfTopics(cluster), close: log.close }
}

const topicsOf = (invocation: Invocation): readonly TopicName[] => {
  const topics = textOption(invocation, 'topics')?.split(',') ?? USUAL_TOPICS
  const unknown = topics.find((topic) => !Object.hasOwn(TOPICS, topic))
  if (unknown !== undefined)
    throw new UsageError(`there is no topic ${unknown}: see stopline topics`)
  return topics as readonly TopicName[]
}

/** The key of pseudonyms; null where none are asked for. */
const keyOf = ({ values }: Invocation): string | null => {
  if (values['pseudonyms'] !== true) return null
  const key = process.env['STOPLINE_EXPORT_KEY'] ?? ''
  if (key.length < LEAST_KEY)
    throw new UsageError(
      `--pseudonyms takes a key of at least ${LEAST_KEY} characters in STOPLINE_EXPORT_KEY; keep it: it makes a person the same one in the next export`,
    )
  return key
}

const print = ({ folder, files, records, lost }: TablesSummary): void => {
  process.stdout.write(`${folder}: ${files} files\n`)
  for (const [topic, count] of Object.entries(records))
    process.stdout.write(`  ${topic.padEnd(24)} ${String(count).padStart(9)} records\n`)
  for (const [topic, count] of Object.entries(lost))
    process.stdout.write(
      `  ${topic}: up to ${count} records went by retention since the last export\n`,
    )
}
