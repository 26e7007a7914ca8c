/** Which broker coordinates: a group, or the transactions of an id. */

import { memberCluster } from '../../runtime/kafka/client.ts'
import type { Connection } from '../../runtime/kafka/connection.ts'

const TYPES = { group: 0, transactions: 1 } as const

/** Number of the broker that coordinates the group or the transactional id of this name. */
export const coordinatorOf = async (
  connection: Connection,
  of: keyof typeof TYPES,
  name: string,
): Promise<number> => {
  const cluster = memberCluster(connection)
  await cluster.connect()
  try {
    const coordinatorType = TYPES[of]
    const { nodeId } = await cluster.findGroupCoordinator({ groupId: name, coordinatorType })
    return Number(nodeId)
  } finally {
    await cluster.disconnect()
  }
}
