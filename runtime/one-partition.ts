/** An embedded log as the API reads logs: one partition. */

import type { LogReader, PartitionedLog } from './ports.ts'

export const onePartition = (log: LogReader): PartitionedLog => ({
  ends: (topic) => [log.endOffset(topic)],
  begins: (topic) => {
    for (const { offset } of log.read(topic)) return [offset]
    return [log.endOffset(topic)]
  },
  read: (topic, [from = 0]) => log.read(topic, from),
})
