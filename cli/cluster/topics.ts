/** The topics of an installation on Kafka, as commands read them that take no part in it. */

import { checkAccess } from '../../runtime/kafka/access.ts'
import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import type { LogPlace } from '../../runtime/kafka/record-log.ts'
import { joinRegistry } from '../../runtime/registry.ts'

/** What people call them. Example: `topics ci` in the namespace `ci.`. */
export const nameOfTopics = ({ namespace }: Pick<ClusterConfig, 'namespace'>): string =>
  `topics ${namespace}`.replace(/\W$/, '')

/** Where they lie. Rejects where the brokers refuse who we are. */
export const placeOfTopics = async ({ connection, ...of }: ClusterConfig): Promise<LogPlace> => {
  const to = writeToOf(of)
  await checkAccess(connection)
  return { ...to, registry: await joinRegistry(of.registry, to.names.topic) }
}
