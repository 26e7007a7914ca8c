/** What all processes of an installation must be told alike: where the cluster is, and how topics are laid out on it. */

import type { RegistrySettings } from '../registry.ts'
import type { Connection } from './connection.ts'
import type { WriteTo } from './messages.ts'
import { namesIn } from './names.ts'

export interface ClusterConfig {
  readonly connection: Connection
  /** Stands before every name on the cluster; empty for none. */
  readonly namespace: string
  /** Of every topic, and so of every task. It cannot be changed later. */
  readonly partitions: number
  /** Into so many the partitions are shared out to processes, at most one for each; it cannot be changed later either. */
  readonly lanes: number
  readonly replication: number
  readonly minInSync: number
  /** Null: schema ids are those of our own list, and only this version of us understands them. */
  readonly registry: RegistrySettings | null
  /** Where states of tasks outlive their process; null keeps them in memory. */
  readonly stateFolder: string | null
  /** After so long without a heartbeat a process has lost its tasks. */
  readonly sessionTimeoutMs: number
}

export const writeToOf = ({
  namespace,
  partitions,
}: Pick<ClusterConfig, 'namespace' | 'partitions'>): WriteTo => ({
  names: namesIn(namespace),
  partitionsOf: () => partitions,
})
