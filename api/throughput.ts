/** Offsets a second per topic over the last minute, from the ends of the log: a metric, not a fact. They are records, and marks of commits where the log has them. */

import type { PartitionedLog } from '../runtime/ports.ts'
import { endOf } from './position.ts'
import { TOPIC_NAMES, type TopicName } from '../schemas/topics.ts'

const SPAN_MS = 60_000

interface Sample {
  readonly wallMs: number
  readonly ends: ReadonlyMap<TopicName, number>
}
export interface Throughput {
  /** Notes where the topics end; called about once a second. */
  sample(wallMs: number): void
  /** Offsets a second of a topic since the oldest sample of the last minute; 0 with fewer than two samples. */
  perSecond(topic: TopicName): number
}

export const createThroughput = (log: PartitionedLog): Throughput => {
  const samples: Sample[] = []
  return {
    sample: (wallMs) => {
      const ends = new Map(TOPIC_NAMES.map((topic) => [topic, endOf(log, topic)]))
      samples.push({ wallMs, ends })
      while (samples.length > 2 && wallMs - (samples[0]?.wallMs ?? 0) > SPAN_MS) samples.shift()
    },
    perSecond: (topic) => {
      const [first, last] = [samples[0], samples.at(-1)]
      if (first === undefined || last === undefined || last.wallMs <= first.wallMs) return 0
      const offsets = (last.ends.get(topic) ?? 0) - (first.ends.get(topic) ?? 0)
      return (1000 * offsets) / (last.wallMs - first.wallMs)
    },
  }
}
