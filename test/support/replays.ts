/** Replays offers into an embedded runtime, cut and clocked as a test wants, and tells what came of it. */

import { createHash } from 'node:crypto'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { LogReader, Offer } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPIC_NAMES, TOPICS, type TopicName } from '../../schemas/topics.ts'
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
export const atFullSpeed: Clock = () => []

/** Replays offers by a clock into a runtime of their own, in memory unless a folder is named. */
export const replayed = (
  offers: readonly Offer[],
  clock: Clock = atFullSpeed,
  options: { folder?: string; processors?: readonly Processor[] } = {},
): EmbeddedRuntime => {
  const { folder = ':memory:', processors = TOPOLOGY } = options
  const runtime = new EmbeddedRuntime(folder, processors, toViews)
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
  return runtime
}

/** Every record of every topic as one line: position, key, time and bytes. */
export const topicLines = (log: LogReader): Record<TopicName, string[]> =>
  Object.fromEntries(TOPIC_NAMES.map((topic) => [topic, [...linesOf(log, topic)]])) as Record<
    TopicName,
    string[]
  >

const linesOf = function* (log: LogReader, topic: TopicName): Iterable<string> {
  for (const { offset, key, at, record } of log.read(topic)) {
    const bytes = record === null ? null : CODECS[TOPICS[topic].schema].encode(record as never)
    yield `${offset} ${at} ${key} ${bytes?.toString('base64') ?? 'tombstone'}`
  }
}

/** The record in a line of {@link topicLines}, for messages. */
export const readable = (topic: TopicName, line: string | undefined): string => {
  if (line === undefined) return 'nothing'
  const body = line.split(' ').at(-1) ?? ''
  if (body === 'tombstone') return line
  const record = CODECS[TOPICS[topic].schema].decode(Buffer.from(body, 'base64'))
  return `${line.split(' ').slice(0, 2).join(' ')} ${JSON.stringify(record)}`
}

/** The first line in which two replays differ, in words; null where they are equal byte for byte. */
export const firstDifference = (
  a: Record<TopicName, string[]>,
  b: Record<TopicName, string[]>,
): string | null => {
  for (const topic of TOPIC_NAMES) {
    const n = Math.max(a[topic].length, b[topic].length)
    for (let i = 0; i < n; i += 1)
      if (a[topic][i] !== b[topic][i])
        return `${topic}\n${readable(topic, a[topic][i])}\n${readable(topic, b[topic][i])}`
  }
  return null
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

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
