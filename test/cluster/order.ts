/** What a process under test is told, as JSON: which tasks of the topology it runs, and where. */

import { namesIn } from '../../runtime/kafka/names.ts'
import type { WriteTo } from '../../runtime/kafka/messages.ts'

export interface ProcessOrder {
  readonly brokers: readonly string[]
  readonly namespace: string
  readonly partitions: number
  /** Partitions of each task that this process runs. */
  readonly mine: readonly number[]
}

export const writeToOf = ({
  namespace,
  partitions,
}: Pick<ProcessOrder, 'namespace' | 'partitions'>): WriteTo => ({
  names: namesIn(namespace),
  partitionsOf: () => partitions,
})
