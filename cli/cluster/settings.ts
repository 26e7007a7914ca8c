/** What the processes of an installation on Kafka and Redis are told, by environment: all of them alike. */

import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { plainConnection } from '../../runtime/kafka/connection.ts'
import { readRedisSettings, type RedisSettings } from '../../runtime/redis/redis-settings.ts'
import { UsageError } from '../command.ts'

export interface ClusterSettings extends ClusterConfig {
  readonly redis: RedisSettings
}

const whole = (name: string, otherwise: number, most: number): number => {
  const value = Number(process.env[name] ?? otherwise)
  if (Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new UsageError(`${name} takes a whole number from 1 to ${most}`)
}

/** Throws {@link UsageError} for a setting that cannot be used. */
export const clusterSettings = (): ClusterSettings => {
  try {
    return {
      connection: plainConnection(
        (process.env['STOPLINE_KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(','),
      ),
      namespace: process.env['STOPLINE_KAFKA_NAMESPACE'] ?? '',
      partitions: whole('STOPLINE_KAFKA_PARTITIONS', 12, 1_000),
      replication: whole('STOPLINE_KAFKA_REPLICATION', 1, 9),
      minInSync: whole('STOPLINE_KAFKA_MIN_IN_SYNC', 1, 9),
      sessionTimeoutMs: whole('STOPLINE_KAFKA_SESSION_MS', 10_000, 300_000),
      redis: readRedisSettings(process.env),
    }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Views of several namespaces may share a Redis. */
export const spaceOf = ({ namespace, redis }: ClusterSettings): string =>
  `${redis.space}${namespace === '' ? '' : `.${namespace.replace(/\.$/, '')}`}`
