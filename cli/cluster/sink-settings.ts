/** What a sink is given: connections to the log, its progress and the views, opened together and closed together. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { systemClock } from '../../runtime/clock.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { openRedis } from '../../runtime/redis/client.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import { VIEW_TOPICS } from '../../schemas/views.ts'
import type { FollowSettings } from '../../sinks/redis/follower.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { spaceOf, type ClusterSettings } from './settings.ts'

/** Tasks that write topics of views. */
const WRITERS = tasksOf(TOPOLOGY)
  .filter(({ outputs }) => outputs.some((topic) => VIEW_TOPICS.includes(topic)))
  .map(({ name }) => name)

export interface OpenSink {
  readonly settings: FollowSettings
  readonly close: () => Promise<void>
}

export const openSink = async (cluster: ClusterSettings): Promise<OpenSink> => {
  const { connection, partitions } = cluster
  const to = writeToOf(cluster)
  const registry = await joinRegistry(cluster.registry, to.names.topic)
  const redis = await openRedis(cluster.redis.address)
  const board = new ProgressBoard(connection, to.names)
  try {
    await board.open()
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return {
    settings: {
      ...to,
      ...{ connection, board, redis, registry, partitions, toViews },
      space: spaceOf(cluster),
      writers: WRITERS,
      clock: systemClock,
    },
    close: async () => {
      await board.close()
      redis.disconnect()
    },
  }
}
