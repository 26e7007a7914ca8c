/** Topics on Kafka for who goes on from the offsets where it stopped: a partition at a time, to where it ended at the call. */

import type { TopicName } from '../../schemas/topics.ts'
import type { Bounds, LogRecord, ResumableLog } from '../ports.ts'
import type { Connection } from './connection.ts'
import { fromMessage } from './messages.ts'
import { placeOf } from './progress.ts'
import { PartitionReader, type ReadState } from './reader.ts'
import type { LogPlace } from './record-log.ts'

const POLL_MS = 250

export interface PartitionLog extends ResumableLog {
  readonly close: () => Promise<void>
}
interface Part {
  readonly state: ReadState
  readonly bounds: Bounds
}

/** Opens topics. Of a compacted one that is read which Kafka still holds, newer records of a key after older ones. */
export const openPartitionLog = async (
  connection: Connection,
  { names, partitionsOf, registry }: LogPlace,
  topics: readonly TopicName[],
  signal: AbortSignal,
): Promise<PartitionLog> => {
  const reader = new PartitionReader(connection)
  const numbersOf = (topic: TopicName): number[] => [...Array(partitionsOf(topic)).keys()]
  const places = topics.flatMap((topic) =>
    numbersOf(topic).map((partition) => ({ topic: names.topic(topic), partition })),
  )
  try {
    await reader.open(places, () => 0)
  } catch (error) {
    await reader.close()
    throw error
  }
  const parts = new Map<string, Part>(
    reader.states.map((state) => [
      placeOf(state.topic, state.partition),
      { state, bounds: { begin: state.next, end: state.end } },
    ]),
  )
  const partOf = (topic: TopicName, partition: number): Part => {
    const part = parts.get(placeOf(names.topic(topic), partition))
    if (part === undefined) throw new Error(`${topic} was not opened`)
    return part
  }
  return {
    bounds: (topic) => numbersOf(topic).map((partition) => partOf(topic, partition).bounds),
    read: async function* <T extends TopicName>(topic: T, partition: number, from: number) {
      const { state, bounds } = partOf(topic, partition)
      let read: LogRecord<T>[] = []
      state.next = Math.max(bounds.begin, from)
      while (state.next < bounds.end) {
        signal.throwIfAborted()
        await reader.poll(
          POLL_MS,
          (_, messages) => {
            for (const message of messages) {
              const { record } = fromMessage(topic, partition, message)
              // What came after the call is left to the next one; whoever handles the topic has told of what is no record.
              if (message.offset < bounds.end && record.topic === topic)
                read.push({ ...(record as LogRecord<T>), partition, offset: message.offset })
            }
          },
          {
            isPaused: (other) => other !== state,
            prepare: (_, messages) => registry?.prepare(topic, messages),
          },
        )
        yield* read
        read = []
      }
    },
    close: () => reader.close(),
  }
}
