/** Where producers go on and what sources remember, on one compacted topic: newest by name. */

import { patientClient } from '../../runtime/kafka/client.ts'
import type { Connection } from '../../runtime/kafka/connection.ts'
import { PartitionReader } from '../../runtime/kafka/reader.ts'
import { ensureTopics } from '../../runtime/kafka/topic-admin.ts'

export interface Cursors {
  readonly get: (name: string) => string | undefined
  /** Resolves when all replicas in sync have it. */
  readonly set: (name: string, text: string) => Promise<void>
  readonly close: () => Promise<void>
}

const POLL_MS = 100

export interface CursorSettings {
  readonly connection: Connection
  readonly topic: string
  readonly replication: number
  readonly minInSync: number
}

/** Makes the topic where it is missing, and reads it whole. */
export const openCursors = async (settings: CursorSettings): Promise<Cursors> => {
  const { connection, topic } = settings
  await makeTopic(settings)
  const known = await readAll(connection, topic)
  const producer = patientClient(connection).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  return {
    get: (name) => known.get(name),
    set: async (name, text) => {
      known.set(name, text)
      const messages = [{ key: name, value: text, partition: 0 }]
      await producer.send({ topic, acks: -1, messages })
    },
    close: () => producer.disconnect(),
  }
}

const makeTopic = async (settings: CursorSettings): Promise<void> => {
  const { connection, topic, replication, minInSync } = settings
  const config = { 'cleanup.policy': 'compact', 'min.insync.replicas': String(minInSync) }
  const admin = patientClient(connection).admin()
  await admin.connect()
  try {
    await ensureTopics(admin, [{ topic, partitions: 1, config }], replication)
  } finally {
    await admin.disconnect()
  }
}

const readAll = async (connection: Connection, topic: string): Promise<Map<string, string>> => {
  const known = new Map<string, string>()
  const reader = new PartitionReader(connection)
  try {
    await reader.open([{ topic, partition: 0 }], () => 0)
    while (!reader.isAtEnd)
      await reader.poll(POLL_MS, (_, messages) => {
        for (const { key, value } of messages)
          if (key !== null && value !== null) known.set(key.toString(), value.toString())
      })
  } finally {
    await reader.close()
  }
  return known
}
