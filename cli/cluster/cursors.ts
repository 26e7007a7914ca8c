/** The topic where producers go on and of what sources remember, newest by name: written with the records it speaks of. */

import { patientClient } from '../../runtime/kafka/client.ts'
import type { Connection } from '../../runtime/kafka/connection.ts'
import { newestConfig } from '../../runtime/kafka/own-topics.ts'
import { ensureTopics } from '../../runtime/kafka/topic-admin.ts'

export interface CursorSettings {
  readonly connection: Connection
  readonly topic: string
  readonly replication: number
  readonly minInSync: number
}

/** Makes the topic where it is missing. */
export const ensureCursors = async (settings: CursorSettings): Promise<void> => {
  const { connection, topic, replication, minInSync } = settings
  const config = newestConfig(minInSync)
  const admin = patientClient(connection).admin()
  await admin.connect()
  try {
    await ensureTopics(admin, [{ topic, partitions: 1, config }], replication)
  } finally {
    await admin.disconnect()
  }
}
