/** The log on Kafka as an API process reads it: what is published as it comes, and anything from any position on. */

import { setTimeout as wait } from 'node:timers/promises'
import { TOPIC_NAMES, type TopicName } from '../schemas/topics.ts'
import { patientClient } from './kafka/client.ts'
import type { FetchedMessage } from './kafka/client-parts.ts'
import type { Connection } from './kafka/connection.ts'
import { fromMessage, type WriteTo } from './kafka/messages.ts'
import { PartitionReader, type ReadState } from './kafka/reader.ts'
import type { LogRecord, PartitionedLog } from './ports.ts'
import type { Registry } from './registry.ts'

export interface TailSettings extends WriteTo {
  readonly connection: Connection
  /** Null where only this version writes: ids are then those of our own list. */
  readonly registry: Registry | null
  /** Topics that are followed. */
  readonly topics: readonly TopicName[]
}
export interface LiveTail extends PartitionedLog {
  /** Calls the listener with what was read at once. Returns the way to stop it. */
  readonly onRecords: (listener: (records: readonly LogRecord[]) => void) => () => void
  /** Follows until the signal, whatever goes wrong meanwhile. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Why it cannot be followed now; undefined where it can. */
  readonly trouble: () => string | undefined
}

const POLL_MS = 100
const ENDS_MS = 5_000
const BACK_OFF_MS = 500

/** Finds where all topics end, and follows from there on. */
export const openLiveTail = async (settings: TailSettings): Promise<LiveTail> => {
  const ends = new Map<TopicName, number[]>()
  const begins = async (topic: TopicName): Promise<number[]> =>
    (await offsetsOf(settings, [topic])).get(topic)?.map(({ low }) => low) ?? []
  const lookForEnds = async (topics: readonly TopicName[]): Promise<void> => {
    for (const [topic, found] of await offsetsOf(settings, topics))
      ends.set(
        topic,
        found.map(({ high }) => high),
      )
  }
  await lookForEnds(TOPIC_NAMES)
  const listeners = new Set<(records: readonly LogRecord[]) => void>()
  const tell = (records: readonly LogRecord[]): void => {
    if (records.length > 0) for (const listener of listeners) listener(records)
  }
  let polls = 0
  let trouble: string | undefined
  const follow = async (signal: AbortSignal): Promise<void> => {
    const { reader, topicOf, prepare } = await openReader(
      settings,
      settings.topics,
      (topic, partition) => ends.get(topic)?.[partition],
    )
    try {
      for (; !signal.aborted; polls += 1) {
        const records: LogRecord[] = []
        const take = (state: ReadState, messages: readonly FetchedMessage[]): void => {
          const topic = topicOf(state)
          records.push(...recordsOf(topic, state.partition, messages))
          const known = ends.get(topic)
          if (known !== undefined) known[state.partition] = state.next
        }
        try {
          await reader.poll(POLL_MS, take, { prepare })
          trouble = undefined
        } finally {
          tell(records)
        }
      }
    } finally {
      await reader.close()
    }
  }
  const others = TOPIC_NAMES.filter((topic) => !settings.topics.includes(topic))
  return {
    hasCommitMarks: true,
    ends: (topic) => ends.get(topic) ?? [],
    begins,
    read: (topic, from) => readFrom(settings, topic, from),
    caughtUp: async () => {
      // The poll that is open now may have asked before the call: the one after it has not.
      for (const asked = polls + 2; polls < asked && trouble === undefined;) await wait(5)
    },
    onRecords: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    trouble: () => trouble,
    run: async (signal) => {
      const pause = (ms: number) => wait(ms, undefined, { signal }).catch(() => undefined)
      const counting = setInterval(() => {
        void lookForEnds(others).catch(() => undefined)
      }, ENDS_MS).unref()
      while (!signal.aborted)
        await follow(signal).catch(async (error: unknown) => {
          trouble = (error as Error).message
          await pause(BACK_OFF_MS)
        })
      clearInterval(counting)
    },
  }
}

const recordsOf = <T extends TopicName>(
  topic: T,
  partition: number,
  messages: readonly FetchedMessage[],
): LogRecord<T>[] =>
  messages.flatMap((message) => {
    const { record } = fromMessage(topic, partition, message)
    const offset = message.offset
    // What cannot be read is nothing that anybody could show.
    return record.topic === topic ? [{ ...record, partition, offset } as LogRecord<T>] : []
  })

/** First and next offsets of topics, by partition. */
const offsetsOf = async (
  { connection, names }: TailSettings,
  topics: readonly TopicName[],
): Promise<Map<TopicName, { readonly low: number; readonly high: number }[]>> => {
  const admin = patientClient(connection).admin()
  await admin.connect()
  try {
    const found = new Map<TopicName, { low: number; high: number }[]>()
    for (const topic of topics) {
      const offsets = await admin.fetchTopicOffsets(names.topic(topic))
      found.set(
        topic,
        offsets
          .sort((a, b) => a.partition - b.partition)
          .map(({ low, high }) => ({ low: Number(low), high: Number(high) })),
      )
    }
    return found
  } finally {
    await admin.disconnect()
  }
}

/** A reader of whole topics from given offsets, or from where partitions begin. */
const openReader = async (
  { connection, names, partitionsOf, registry }: TailSettings,
  topics: readonly TopicName[],
  from: (topic: TopicName, partition: number) => number | undefined,
) => {
  const byName = new Map(topics.map((topic) => [names.topic(topic), topic]))
  const topicOf = ({ topic }: Pick<ReadState, 'topic'>): TopicName => {
    const known = byName.get(topic)
    if (known === undefined) throw new Error(`${topic} was not asked for`)
    return known
  }
  const reader = new PartitionReader(connection)
  const positions = topics.flatMap((topic) =>
    Array.from({ length: partitionsOf(topic) }, (_, partition) => ({
      topic: names.topic(topic),
      partition,
    })),
  )
  try {
    await reader.open(positions, () => 0)
  } catch (error) {
    await reader.close()
    throw error
  }
  for (const state of reader.states)
    state.next = Math.max(state.next, from(topicOf(state), state.partition) ?? 0)
  const prepare = (state: ReadState, messages: readonly FetchedMessage[]) =>
    registry?.prepare(topicOf(state), messages)
  return { reader, topicOf, prepare }
}

/** Records from a position to where the topic ends now. */
async function* readFrom<T extends TopicName>(
  settings: TailSettings,
  topic: T,
  from: readonly number[],
): AsyncGenerator<LogRecord<T>> {
  const { reader, prepare } = await openReader(settings, [topic], (_, partition) => from[partition])
  const ends = reader.states.map(({ end }) => end)
  const isDone = (state: ReadState, index: number): boolean => state.next >= (ends[index] ?? 0)
  try {
    while (!reader.states.every(isDone)) {
      const found: LogRecord<T>[] = []
      const take = ({ partition }: ReadState, messages: readonly FetchedMessage[]): void => {
        found.push(...recordsOf(topic, partition, messages))
      }
      await reader.poll(POLL_MS, take, { prepare })
      yield* found
    }
  } finally {
    await reader.close()
  }
}
