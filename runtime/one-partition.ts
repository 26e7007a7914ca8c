/** An embedded log as logs of many partitions are read: one partition. */

import type { TopicName } from '../schemas/topics.ts'
import type { LogReader, PartitionedLog, ResumableLog } from './ports.ts'

/** As the API reads logs. */
export const onePartition = (log: LogReader): PartitionedLog => ({
  ends: (topic) => [log.endOffset(topic)],
  begins: (topic) => [beginOf(log, topic)],
  read: (topic, [from = 0]) => log.read(topic, from),
})

/** As it is read by who goes on where it stopped. */
export const resumable = (log: LogReader): ResumableLog => ({
  bounds: (topic) => [{ begin: beginOf(log, topic), end: log.endOffset(topic) }],
  read: (topic, _, from) => log.read(topic, from),
})

const beginOf = (log: LogReader, topic: TopicName): number => {
  for (const { offset } of log.read(topic)) return offset
  return log.endOffset(topic)
}
