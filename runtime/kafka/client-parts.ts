/** Shapes of the inner parts of kafkajs that are used. The package is pinned; `test/cluster` notices what moves. */

import type { RetryOptions } from 'kafkajs'

/** A record as it was fetched, or the control record that ends a transaction. */
export interface FetchedMessage {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly offset: number
  /** Milliseconds: when it was written, or appended where the topic says so. */
  readonly timestamp: number
  readonly headers: Readonly<Record<string, string>>
  readonly isControlRecord: boolean
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean }
}
export interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}
export interface FetchedPartition {
  readonly partition: number
  readonly highWatermark: string
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  /** From the beginning of the batch on in which the asked-for offset lies. */
  readonly messages: readonly FetchedMessage[]
}
interface PartitionOffset {
  readonly partition: number
  readonly offset: string
}
interface FetchRequest {
  readonly isolationLevel: number
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly fetchOffset: string
      readonly maxBytes: number
    }[]
  }[]
}
interface Broker {
  fetch(request: FetchRequest): Promise<{
    readonly responses: readonly {
      readonly topicName: string
      readonly partitions: readonly FetchedPartition[]
    }[]
  }>
}
export interface Joined {
  readonly memberId: string
  readonly leaderId: string
  readonly generationId: number
  /** Told to the leader alone. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
}
interface InGroup {
  readonly groupId: string
  readonly memberId: string
}
/** The broker that keeps a group, or the transactions of an id. */
export interface Coordinator {
  readonly nodeId: number | string
  joinGroup(
    request: InGroup & {
      readonly sessionTimeout: number
      readonly rebalanceTimeout: number
      readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[]
    },
  ): Promise<Joined>
  syncGroup(
    request: InGroup & {
      readonly generationId: number
      readonly groupAssignment: readonly {
        readonly memberId: string
        readonly memberAssignment: Buffer
      }[]
    },
  ): Promise<{ readonly memberAssignment: Buffer }>
  heartbeat(request: InGroup & { readonly groupGenerationId: number }): Promise<unknown>
  leaveGroup(request: InGroup): Promise<unknown>
}
export interface ClusterOptions {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly logger: object
  readonly socketFactory: object
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly enforceRequestTimeout: boolean
  readonly retry: RetryOptions
  readonly metadataMaxAge: number
  readonly allowAutoTopicCreation: boolean
  readonly isolationLevel: number
}
export interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  /** All of a topic that was added; none where it is not there. */
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[]
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>
  findBroker(of: { readonly nodeId: string }): Promise<Broker>
  /** Of the type 0, a group; of the type 1, a transactional id, named as a group is. */
  findGroupCoordinator(of: {
    readonly groupId: string
    readonly coordinatorType?: 0 | 1
  }): Promise<Coordinator>
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number }[]
      readonly fromBeginning: boolean
    }[],
  ): Promise<readonly { readonly topic: string; readonly partitions: PartitionOffset[] }[]>
}
