/** Replays offers into an embedded runtime, cut and clocked as a test wants, and tells what came of it. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { LogReader, LogRecord, Offer } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPIC_NAMES, TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { DAY } from './facts.ts'

/** After this long every timer of a finished archive has said what it had to say. */
export const AFTERWARDS_MS = DAY

/** All offers of archive folders, in order of time. */
export const offersOf = async (...folders: readonly string[]): Promise<Offer[]> => {
  const offers: Offer[] = []
  const { signal } = new AbortController()
  for await (const batch of openArchive(folders).batches(0, signal)) offers.push(...batch.offers)
  return offers
}

/** How a replay moves the clock: the horizons it commits to, in order; the rest follows in one commit. */
export type Clock = (first: number, last: number, offers: readonly Offer[]) => Iterable<number>
const atFullSpeed: Clock = () => []

/** Every record that a replay published, by topic, each as one line: position, time, key and bytes. */
export type TopicLines = Record<TopicName, string[]>
export interface Replay {
  readonly runtime: EmbeddedRuntime
  readonly topics: TopicLines
}

/** An empty runtime in memory, and what it is going to publish. */
export const listenedTo = (): Replay => {
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY, toViews)
  const topics = Object.fromEntries(TOPIC_NAMES.map((topic) => [topic, []])) as never as TopicLines
  runtime.onCommit((published) => {
    for (const record of published) topics[record.topic].push(lineOf(record))
  })
  return { runtime, topics }
}

/** Replays offers by a clock into a runtime of their own, in memory. */
export const replayed = (offers: readonly Offer[], clock: Clock = atFullSpeed): Replay => {
  const { runtime, topics } = listenedTo()
  const first = offers[0]?.record.observedAt ?? 0
  const last = offers.at(-1)?.record.observedAt ?? 0
  let from = 0
  const commitTo = (horizon: number): void => {
    let to = from
    while (to < offers.length && (offers[to]?.record.observedAt ?? 0) <= horizon) to += 1
    runtime.commit(offers.slice(from, to), horizon)
    from = to
  }
  for (const horizon of clock(first, last, offers)) commitTo(horizon)
  commitTo(last + AFTERWARDS_MS)
  return { runtime, topics }
}

/** What a log holds, as {@link Replay} has it. */
export const topicsOf = (log: LogReader): TopicLines =>
  Object.fromEntries(TOPIC_NAMES.map((topic) => [topic, [...log.read(topic)].map(lineOf)])) as never

const lineOf = ({ topic, offset, key, at, record }: LogRecord): string => {
  const bytes = record === null ? null : CODECS[TOPICS[topic].schema].encode(record as never)
  return `${offset} ${at} ${bytes?.toString('base64') ?? 'tombstone'} ${key}`
}
/** Pipeline time of a line. */
export const timeOf = (line: string): number => Number(line.split(' ')[1])

/** The record in a line; null for a tombstone. */
export const recordOf = <T extends TopicName>(topic: T, line: string): RecordOf<T> | null => {
  const body = line.split(' ')[2] ?? ''
  if (body === 'tombstone') return null
  return CODECS[TOPICS[topic].schema].decode(Buffer.from(body, 'base64')) as RecordOf<T>
}

const readable = (topic: TopicName, line: string | undefined): string =>
  line === undefined
    ? 'nothing'
    : `${line.split(' ').slice(0, 2).join(' ')} ${JSON.stringify(recordOf(topic, line))}`

/** The first line in which two replays differ, in words; null where they are equal byte for byte. */
export const firstDifference = (a: TopicLines, b: TopicLines): string | null => {
  for (const topic of TOPIC_NAMES) {
    const n = Math.max(a[topic].length, b[topic].length)
    for (let i = 0; i < n; i += 1)
      if (a[topic][i] !== b[topic][i])
        return `${topic}\n${readable(topic, a[topic][i])}\n${readable(topic, b[topic][i])}`
  }
  return null
}

/** Rows of a table of a store file, each as one line, in order of its key. */
const tableLines = function* (store: EmbeddedStore, table: string): Iterable<string> {
  const columns = store.db.prepare(`SELECT count(*) n FROM pragma_table_info(?)`).get(table)?.['n']
  const order = Number(columns) > 2 ? '1, 2, 3' : '1'
  for (const row of store.db.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate())
    yield Object.values(row)
      .map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value),
      )
      .join(' ')
}

/** The first row in which two store files differ (records, state, timers, views, cursors); null where they are equal. */
export const differingRow = (a: EmbeddedStore, b: EmbeddedStore): string | null => {
  for (const { name } of a.db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()) {
    const table = String(name)
    const others = tableLines(b, table)[Symbol.iterator]()
    for (const line of tableLines(a, table)) {
      const other = others.next()
      if (other.done === true || other.value !== line)
        return `${table}\n${line}\n${other.done === true ? 'nothing' : other.value}`
    }
    const extra = others.next()
    if (extra.done !== true) return `${table}\nnothing\n${extra.value}`
  }
  return null
}
