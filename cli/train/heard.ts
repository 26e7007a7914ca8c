/** What was heard, offered again in the order of hearing: how a community trains on its own topics. */

import type { LogReader, LogRecord, Fed, Keyed, Offer } from '../../runtime/ports.ts'
import type { Processor } from '../../processors/processor.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { setImmediate as breathe } from 'node:timers/promises'

const BATCH = 2_000

/** Topics that processors read and none of them writes. */
export const outsideOf = (processors: readonly Processor[]): TopicName[] => {
  const written = new Set(processors.flatMap(({ outputs }) => outputs))
  const read = processors.flatMap(({ inputs }) => inputs)
  return [...new Set(read)].filter((topic) => !written.has(topic))
}

/** Records of several topics by when they were heard, topics in their order where that is the same. */
export function* inOrderHeard(log: LogReader, topics: readonly TopicName[]): Generator<LogRecord> {
  const readers = topics.map((topic) => log.read(topic, 0)[Symbol.iterator]())
  const heads = readers.map((reader) => reader.next())
  for (;;) {
    let first = -1
    heads.forEach((head, i) => {
      if (head.done === true) return
      const best = heads[first]
      if (best === undefined || best.done === true || head.value.at < best.value.at) first = i
    })
    const head = heads[first]
    const reader = readers[first]
    if (head === undefined || head.done === true || reader === undefined) return
    yield head.value
    heads[first] = reader.next()
  }
}

/** Feeds records in order of time to a runtime. */
export const replayHeard = async (
  runtime: Fed,
  records: Iterable<Keyed> | AsyncIterable<Keyed>,
  signal: AbortSignal,
): Promise<void> => {
  let offers: Offer[] = []
  const flush = async (): Promise<void> => {
    const at = offers.at(-1)?.record.observedAt
    if (at === undefined) return
    await runtime.commit(offers, at)
    offers = []
    await breathe()
  }
  for await (const { topic, at, record } of records) {
    signal.throwIfAborted()
    if (record === null) continue
    // Records of one instant lie in one batch.
    const last = offers.at(-1)?.record.observedAt ?? 0
    if (offers.length >= BATCH && last < at) await flush()
    offers.push({
      topic,
      record: record.observedAt === at ? record : { ...record, observedAt: at },
    })
  }
  await flush()
}
