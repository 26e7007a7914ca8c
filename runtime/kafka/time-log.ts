/**
 * A topic of many partitions as one log in order of time, for who must hear everything once and goes on where it stopped: an
 * offset is a pipeline time, and holds on any number of partitions. A record is there once every writer of the topic is
 * known to have spoken up to its time. Held in memory: for topics of which little is kept.
 */

import type { LogReader, LogRecord } from '../ports.ts'
import type { Registry } from '../registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import type { Connection } from './connection.ts'
import { InputMerge } from './merge.ts'
import { fromMessage, type WriteTo } from './messages.ts'
import { taskName } from './names.ts'
import { NO_PROGRESS, placeOf } from './progress.ts'
import type { ProgressBoard } from './progress-board.ts'
import { PartitionReader } from './reader.ts'
import { ReadingOn } from './reading-on.ts'

export interface TimeLogSettings extends WriteTo {
  readonly connection: Connection
  readonly board: ProgressBoard
  readonly registry: Registry | null
  /** Tasks that write the topic. */
  readonly writers: readonly string[]
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

/** Reads a topic from its beginning. */
export const openTimeLog = async (
  topic: TopicName,
  settings: TimeLogSettings,
): Promise<TimeLog> => {
  const { connection, names, partitionsOf, board, registry } = settings
  const partitions = partitionsOf(topic)
  const numbers = Array.from({ length: partitions }, (_, partition) => partition)
  const name = names.topic(topic)
  const writers = settings.writers.flatMap((task) => numbers.map((of) => taskName(task, of)))
  const sources = numbers.map((of) => ({ place: placeOf(name, of), writers, isTable: false }))
  const merge = new InputMerge(sources, NO_PROGRESS)
  const reader = new PartitionReader(connection)
  await board.caughtUp()
  const goal = Math.min(...writers.map((writer) => board.newest(writer).at))
  await reader.open(
    numbers.map((partition) => ({ topic: name, partition })),
    () => 0,
  )
  const reading = new ReadingOn(reader, {
    onRead: ({ partition, next }, messages) => {
      const place = placeOf(name, partition)
      for (const message of messages) {
        const { writer, record } = fromMessage(topic, partition, message)
        if (record.topic === topic) merge.take(place, writer, message.offset, record)
      }
      merge.reached(place, next)
    },
    isPaused: (state) => merge.isAhead(placeOf(name, state.partition), MOST_WAITING),
    prepare: (_, messages) => registry?.prepare(topic, messages),
  })
  const unlisten = board.listen((writer, said) => {
    if (!merge.hears(writer)) return
    merge.promise(writer, said)
    reading.stir()
  })
  const records: LogRecord[] = []
  const listeners = new Set<() => void>()
  let reached = 0
  const turn = async (): Promise<void> => {
    const merged = merge.next(AT_ONCE, Infinity)
    if (merged.horizon > reached) {
      for (const record of merged.records) records.push({ ...record, offset: record.at })
      merge.done(merged.horizon)
      reached = merged.horizon
      if (merged.records.length > 0) for (const listener of listeners) listener()
    } else await reading.news(NEWS_MS)
  }
  return {
    *read<R extends TopicName>(of: R, from = 0) {
      if (of === topic)
        for (let at = firstFrom(records, from); at < records.length; at += 1)
          yield records[at] as LogRecord<R>
    },
    endOffset: () => reached + 1,
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
