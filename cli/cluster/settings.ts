/** What the processes of an installation on Kafka and Redis are told, by environment: all of them alike. */

import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { readClusterSettings } from '../../runtime/kafka/cluster-settings.ts'
import { readRedisSettings, type RedisSettings } from '../../runtime/redis/redis-settings.ts'
import { UsageError } from '../command.ts'

export interface ClusterSettings extends ClusterConfig {
  readonly redis: RedisSettings
}

/** Throws {@link UsageError} for a setting that cannot be used. */
export const clusterSettings = (): ClusterSettings => {
  try {
    return { ...readClusterSettings(process.env), redis: readRedisSettings(process.env) }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Views of several namespaces may share a Redis. */
export const spaceOf = ({ namespace, redis }: ClusterSettings): string =>
  `${redis.space}${namespace === '' ? '' : `.${namespace.replace(/\.$/, '')}`}`
