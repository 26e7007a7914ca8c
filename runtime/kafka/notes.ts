/** Small texts by name on one compacted topic, newest by name: where producers go on and what sources remember. */

import type { Connection } from './connection.ts'
import { PartitionReader } from './reader.ts'

const POLL_MS = 100

/** Reads the topic whole. */
export const readNotes = async (
  connection: Connection,
  topic: string,
): Promise<Map<string, string>> => {
  const notes = new Map<string, string>()
  const reader = new PartitionReader(connection)
  try {
    await reader.open([{ topic, partition: 0 }], () => 0)
    while (!reader.isAtEnd)
      await reader.poll(POLL_MS, (_, messages) => {
        for (const { key, value } of messages)
          if (key !== null && value !== null) notes.set(key.toString(), value.toString())
      })
  } finally {
    await reader.close()
  }
  return notes
}
