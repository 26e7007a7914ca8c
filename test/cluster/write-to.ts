/** Where a test writes: every topic of a namespace has the same number of partitions. */

import { namesIn } from '../../runtime/kafka/names.ts'
import type { WriteTo } from '../../runtime/kafka/messages.ts'

interface Place {
  readonly namespace: string
  readonly partitions: number
}

export const writeToOf = ({ namespace, partitions }: Place): WriteTo => ({
  names: namesIn(namespace),
  partitionsOf: () => partitions,
})
