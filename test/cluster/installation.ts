/** What processes of the command line are told of the cluster that a test has. */

import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'

/** The settings by environment, as docs/kafka.md and docs/operations.md list them. */
export const environmentOf = (
  config: ClusterConfig,
  redisAddress: string,
): Readonly<Record<string, string>> => ({
  STOPLINE_KAFKA_BROKERS: config.connection.brokers.join(),
  STOPLINE_KAFKA_NAMESPACE: config.namespace,
  STOPLINE_KAFKA_PARTITIONS: String(config.partitions),
  STOPLINE_KAFKA_LANES: String(config.lanes),
  STOPLINE_KAFKA_REPLICATION: String(config.replication),
  STOPLINE_KAFKA_MIN_IN_SYNC: String(config.minInSync),
  STOPLINE_KAFKA_SESSION_MS: String(config.sessionTimeoutMs),
  STOPLINE_REDIS: redisAddress,
  ...(config.stateFolder !== null && { STOPLINE_KAFKA_STATE: config.stateFolder }),
  ...(config.registry !== null && { STOPLINE_REGISTRY_URL: config.registry.url }),
})

/** Where the views of an installation stand in Redis. */
export const spaceIn = ({ namespace }: ClusterConfig): string =>
  `stopline.${namespace.replace(/\.$/, '')}`
