/**
 * Topics of many partitions as one log in order of time, for who must hear everything once and goes on where it stopped: an
 * offset is a pipeline time, and holds on any number of partitions. A record is there once every writer of the topics is
 * known to have spoken up to its time. Several records may have one offset: all of one time are there at once.
 */

import type { LogReader, LogRecord } from '../ports.ts'
import type { Registry } from '../registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import type { Connection } from './connection.ts'
import { InputMerge } from './merge.ts'
import { fromMessage, MOST_AHEAD_MS, type WriteTo } from './messages.ts'
import { OUTSIDE, taskName } from './names.ts'
import { offsetsAt } from './offsets-at.ts'
import { NO_PROGRESS, placeOf } from './progress.ts'
import type { ProgressBoard } from './progress-board.ts'
import { PartitionReader } from './reader.ts'
import { ReadingOn } from './reading-on.ts'
import type { TaskInput } from './tasks.ts'

export interface TimeLogSettings extends WriteTo {
  readonly connection: Connection
  readonly board: ProgressBoard
  readonly registry: Registry | null
  readonly topics: readonly TaskInput[]
  /**
   * Missing: the topics are read whole and held in memory, since little is kept of them. Else they are read from this pipeline time
   * on (null: from what comes next), by one reader that never goes back: what it has passed is let go.
   */
  readonly from?: number | null
}
export interface TimeLog extends LogReader {
  /** Resolves when everything is there that was published when it was opened. */
  readonly caughtUp: () => Promise<void>
  /** Calls the listener after records came. Returns the way to stop it. */
  readonly onRecords: (listener: () => void) => () => void
  /** Reads on until the signal. Rejects where it cannot. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly close: () => Promise<void>
}

const MOST_WAITING = 10_000
const AT_ONCE = 10_000
const NEWS_MS = 250

export const openTimeLog = async (settings: TimeLogSettings): Promise<TimeLog> => {
  const { board, registry, topics, from } = settings
  const sources = sourcesOf(settings)
  const merge = new InputMerge(sources, NO_PROGRESS)
  const topicOf = new Map(topics.map(({ topic }) => [settings.names.topic(topic), topic]))
  await board.caughtUp()
  const writers = new Set(sources.flatMap((source) => source.writers))
  const goal = Math.min(...[...writers].map((writer) => board.newest(writer).at))
  const start = from === undefined ? 0 : (from ?? goal)
  const reader = await readerFrom(settings, start)
  const reading = new ReadingOn(reader, {
    onRead: ({ topic: name, partition, next }, messages) => {
      const topic = topicOf.get(name)
      if (topic === undefined) return
      const place = placeOf(name, partition)
      for (const message of messages) {
        const { writer, record } = fromMessage(topic, partition, message)
        if (record.topic === topic) merge.take(place, writer, message.offset, record)
      }
      merge.reached(place, next)
    },
    isPaused: ({ topic, partition }) => merge.isAhead(placeOf(topic, partition), MOST_WAITING),
    prepare: ({ topic: name }, messages) => {
      const topic = topicOf.get(name)
      return topic && registry?.prepare(topic, messages)
    },
  })
  const unlisten = board.listen((writer, said) => {
    if (!merge.hears(writer)) return
    merge.promise(writer, said)
    reading.stir()
  })
  const kept = new Map<TopicName, LogRecord[]>(topics.map(({ topic }) => [topic, []]))
  const ends = new Map<TopicName, number>()
  const listeners = new Set<() => void>()
  let reached = 0
  const turn = async (): Promise<void> => {
    const merged = merge.next(AT_ONCE, Infinity)
    if (merged.horizon > reached) {
      for (const record of merged.records) {
        if (record.at < start) continue
        kept.get(record.topic)?.push({ ...record, offset: record.at })
        ends.set(record.topic, record.at + 1)
      }
      merge.done(merged.horizon)
      reached = merged.horizon
      if (merged.records.length > 0) for (const listener of listeners) listener()
    } else await reading.news(NEWS_MS)
  }
  return {
    *read<R extends TopicName>(topic: R, since = 0) {
      const records = kept.get(topic) ?? []
      if (from !== undefined) records.splice(0, firstFrom(records, since))
      for (let at = firstFrom(records, since); at < records.length; at += 1)
        yield records[at] as LogRecord<R>
    },
    endOffset: (topic) => ends.get(topic) ?? start,
    caughtUp: async () => {
      while (reached < goal) await turn()
    },
    onRecords: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    run: async (signal) => {
      while (!signal.aborted) await turn()
    },
    close: async () => {
      unlisten()
      await reading.close()
    },
  }
}

/** Each partition with all that write there: what is keyed anew lies on any. */
const sourcesOf = ({ names, partitionsOf, topics }: TimeLogSettings) =>
  topics.flatMap(({ topic, writers: tasks }) => {
    const numbers = Array.from({ length: partitionsOf(topic) }, (_, partition) => partition)
    const writers = tasks.flatMap((task) =>
      task === OUTSIDE ? [OUTSIDE] : numbers.map((of) => taskName(task, of)),
    )
    return numbers.map((of) => ({
      place: placeOf(names.topic(topic), of),
      writers,
      isTable: false,
    }))
  })

/** Nothing of a pipeline time was appended long before it: who finds such a record refuses it. */
const readerFrom = async (
  { connection, names, partitionsOf, topics }: TimeLogSettings,
  start: number,
): Promise<PartitionReader> => {
  const places = topics.flatMap(({ topic }) =>
    Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
      topic: names.topic(topic),
      partition,
    })),
  )
  const earliest = Math.max(0, start - MOST_AHEAD_MS)
  const offsets = earliest === 0 ? {} : await offsetsAt(connection, places, earliest)
  const reader = new PartitionReader(connection)
  try {
    await reader.open(places, () => 0)
  } catch (error) {
    await reader.close()
    throw error
  }
  for (const state of reader.states)
    state.next = Math.max(state.next, offsets[placeOf(state.topic, state.partition)] ?? 0)
  return reader
}

/** The first record at or after a time. */
const firstFrom = (records: readonly { readonly offset: number }[], from: number): number => {
  let [low, high] = [0, records.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((records[middle]?.offset ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}
