/** Everything the API asks for, in memory: `publish` does what a commit does. */

import type { ApiDeps } from '../../api/deps.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { onePartition } from '../../runtime/one-partition.ts'
import type { Keyed, LogRecord } from '../../runtime/ports.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import { MemoryLog, MemoryViews } from './memory-views.ts'

/** A record as a commit publishes it: key and time follow from the record. */
export const published = <T extends TopicName>(topic: T, record: RecordOf<T>): Keyed => {
  const keyOf = TOPICS[topic].keyOf as (record: RecordOf<T>) => string
  return { topic, key: keyOf(record), at: record.observedAt, record }
}

export interface TestPipeline {
  readonly deps: ApiDeps
  readonly views: MemoryViews
  readonly log: MemoryLog
  publish(records: readonly Keyed[]): void
  setNow(now: number): void
}

export const createTestPipeline = (overrides: Partial<ApiDeps> = {}): TestPipeline => {
  const views = new MemoryViews()
  const log = new MemoryLog()
  const listeners = new Set<(published: readonly LogRecord[]) => void>()
  let now = 0
  const deps: ApiDeps = {
    views,
    log: onePartition(log),
    metrics: createMetrics(),
    time: () => ({ now, lagMs: 7 }),
    status: () => ({ isReady: now > 0, storeBytes: 4096, sources: [], stages: [] }),
    onCommit: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    webFolder: 'dist/no-such-folder',
    ...overrides,
  }
  return {
    deps,
    views,
    log,
    publish: (records) => {
      const logged = log.append(records)
      views.write(logged.flatMap((record) => toViews(record)))
      now = Math.max(now, ...records.map(({ at }) => at))
      for (const listener of listeners) listener(logged)
    },
    setNow: (at) => {
      now = at
    },
  }
}
