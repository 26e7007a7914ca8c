/** Where partitions stood at an instant of the clock on the wall. */

import { patientClient } from './client.ts'
import type { Connection } from './connection.ts'
import { placeOf, type Offsets } from './progress.ts'
import type { Position } from './reader.ts'

/** The first record that was appended at or after an instant, by place; the end where there is none. */
export const offsetsAt = async (
  connection: Connection,
  places: readonly Position[],
  atMs: number,
): Promise<Offsets> => {
  const admin = patientClient(connection).admin()
  await admin.connect()
  try {
    const offsets: Record<string, number> = {}
    for (const topic of new Set(places.map((place) => place.topic)))
      for (const { partition, offset } of await admin.fetchTopicOffsetsByTimestamp(topic, atMs))
        offsets[placeOf(topic, partition)] = Number(offset)
    return offsets
  } finally {
    await admin.disconnect()
  }
}
