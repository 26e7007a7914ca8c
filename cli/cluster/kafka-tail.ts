/** Records of a topic on Kafka as `stopline tail` prints them: the newest of all partitions by time, then each as it comes. */

import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { fromMessage } from '../../runtime/kafka/messages.ts'
import { PartitionReader } from '../../runtime/kafka/reader.ts'
import type { PartitionRecord } from '../../runtime/kafka/record-log.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import type { TopicName } from '../../schemas/topics.ts'
import type { ClusterSettings } from './settings.ts'

export interface TailWish {
  readonly topic: TopicName
  /** How many of the newest; null begins with the oldest that is kept. */
  readonly last: number | null
  readonly isFollowed: boolean
  readonly signal: AbortSignal
}
const POLL_MS = 250

export const tailKafka = async (
  cluster: ClusterSettings,
  { topic, last, isFollowed, signal }: TailWish,
  print: (record: PartitionRecord) => Promise<void>,
): Promise<void> => {
  const { names, partitionsOf } = writeToOf(cluster)
  const registry = await joinRegistry(cluster.registry, names.topic)
  const reader = new PartitionReader(cluster.connection)
  let read: PartitionRecord[] = []
  const poll = async (): Promise<PartitionRecord[]> => {
    read = []
    await reader.poll(
      POLL_MS,
      ({ partition }, messages) => {
        for (const message of messages) {
          const { record } = fromMessage(topic, partition, message)
          read.push({ ...record, partition, offset: message.offset })
        }
      },
      { prepare: (_, messages) => registry?.prepare(topic, messages) },
    )
    return read
  }
  try {
    const partitions = Array.from({ length: partitionsOf(topic) }, (_, partition) => partition)
    const places = partitions.map((partition) => ({ topic: names.topic(topic), partition }))
    await reader.open(places, () => 0)
    if (last === null)
      while (!reader.isAtEnd && !signal.aborted)
        for (const record of await poll()) await print(record)
    else for (const record of await newest(reader, poll, last, signal)) await print(record)
    while (isFollowed && !signal.aborted) for (const record of await poll()) await print(record)
  } finally {
    await reader.close()
  }
}

/** The newest of all partitions, in order of time. Commits take offsets too, so each partition is asked for more than is wanted. */
const newest = async (
  reader: PartitionReader,
  poll: () => Promise<PartitionRecord[]>,
  last: number,
  signal: AbortSignal,
): Promise<PartitionRecord[]> => {
  for (const state of reader.states) state.next = Math.max(state.next, state.end - 4 * last)
  let kept: PartitionRecord[] = []
  while (!reader.isAtEnd && !signal.aborted)
    kept = [...kept, ...(await poll())].sort((a, b) => a.at - b.at).slice(-last)
  return last === 0 ? [] : kept
}
