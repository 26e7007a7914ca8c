/** A Kafka of one broker in memory, for who reads partitions: what brokers would be asked over the network is answered here. */

import { createRequire } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { vi } from 'vitest'
import type { Cluster, FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import { placeOf } from '../../runtime/kafka/progress.ts'

const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/cluster') as { readonly prototype: Cluster }
const BROKER = '1'

type Told = Pick<FetchedMessage, 'key' | 'value' | 'headers'>
export interface MemoryKafka {
  /** Where the next message of a place will lie. */
  readonly end: (topic: string, partition: number) => number
  readonly put: (topic: string, partition: number, told: Told) => void
}

/** Stands in for all brokers until `vi.restoreAllMocks`. */
export const memoryKafka = (): MemoryKafka => {
  const places = new Map<string, FetchedMessage[]>()
  const messages = (topic: string, partition: number): FetchedMessage[] =>
    places.get(placeOf(topic, partition)) ?? []
  const found = (topics: Parameters<Fetch>[0]['topics']) =>
    topics.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition, fetchOffset }) => ({
        partition,
        highWatermark: String(messages(topic, partition).length),
        abortedTransactions: null,
        messages: messages(topic, partition).slice(Number(fetchOffset)),
      })),
    }))
  const fetch: Fetch = async ({ topics, maxWaitTime }) => {
    const isThere = found(topics).some(({ partitions }) =>
      partitions.some((each) => each.messages.length > 0),
    )
    if (!isThere) await wait(maxWaitTime)
    return { responses: found(topics) }
  }
  const nothing = (): Promise<void> => Promise.resolve()
  vi.spyOn(prototype, 'connect').mockImplementation(nothing)
  vi.spyOn(prototype, 'disconnect').mockImplementation(nothing)
  vi.spyOn(prototype, 'refreshMetadataIfNecessary').mockImplementation(nothing)
  vi.spyOn(prototype, 'addMultipleTargetTopics').mockImplementation(nothing)
  vi.spyOn(prototype, 'findLeaderForPartitions').mockImplementation((_, partitions) => ({
    [BROKER]: [...partitions],
  }))
  vi.spyOn(prototype, 'findBroker').mockResolvedValue({ fetch })
  vi.spyOn(prototype, 'fetchTopicsOffset').mockImplementation((topics) =>
    Promise.resolve(
      topics.map(({ topic, partitions, fromBeginning }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({
          partition,
          offset: String(fromBeginning ? 0 : messages(topic, partition).length),
        })),
      })),
    ),
  )
  return {
    end: (topic, partition) => messages(topic, partition).length,
    put: (topic, partition, told) => {
      const all = messages(topic, partition)
      places.set(placeOf(topic, partition), [
        ...all,
        {
          ...told,
          ...{ offset: all.length, timestamp: Date.now(), isControlRecord: false },
          batchContext: { producerId: '-1', inTransaction: false },
        },
      ])
    },
  }
}
type Fetch = Awaited<ReturnType<Cluster['findBroker']>>['fetch']
