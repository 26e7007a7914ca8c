/** What a store has heard, offered again in the order of hearing: how a community trains on its own topics. */

import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { Fed, LogReader, LogRecord, Offer } from '../../runtime/ports.ts'
import type { Processor } from '../../processors/processor.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { setImmediate as breathe } from 'node:timers/promises'

const BATCH = 2_000

/** Topics that processors read and none of them writes. */
const outsideOf = (processors: readonly Processor[]): TopicName[] => {
  const written = new Set(processors.flatMap(({ outputs }) => outputs))
  const read = processors.flatMap(({ inputs }) => inputs)
  return [...new Set(read)].filter((topic) => !written.has(topic))
}

/** Records of several topics by when they were heard, topics in their order where that is the same. */
function* inOrderHeard(log: LogReader, topics: readonly TopicName[]): Generator<LogRecord> {
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

/** Feeds what a store has heard to a runtime. Returns how many facts that were; the store may be written meanwhile. */
export const replayHeard = async (
  runtime: Fed,
  folder: string,
  processors: readonly Processor[],
  signal: AbortSignal,
): Promise<number> => {
  const store = new EmbeddedStore(folder, { readOnly: true })
  let fed = 0
  let offers: Offer[] = []
  const flush = async (): Promise<void> => {
    const at = offers.at(-1)?.record.observedAt
    if (at === undefined) return
    await runtime.commit(offers, at)
    fed += offers.length
    offers = []
    await breathe()
  }
  try {
    for (const { topic, record } of inOrderHeard(new EmbeddedLog(store), outsideOf(processors))) {
      signal.throwIfAborted()
      if (record === null) continue
      // Records of one instant lie in one batch.
      const last = offers.at(-1)?.record.observedAt ?? 0
      if (offers.length >= BATCH && last < record.observedAt) await flush()
      offers.push({ topic, record })
    }
    await flush()
  } finally {
    store.close()
  }
  return fed
}
