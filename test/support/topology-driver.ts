/** Runs processors with no broker: pipe records at chosen times, advance the clock, read topics and state, restart anywhere. */

import { isDeepStrictEqual } from 'node:util'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { TopologyEngine } from '../../runtime/engine/topology.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPIC_NAMES, TOPICS, type RecordOf, type TopicName } from '../../schemas/topics.ts'
import { cellCodec } from './cell-codec.ts'

/** A published record as a consumer gets it: bytes, null for a tombstone. */
export interface Published {
  readonly topic: TopicName
  readonly key: string
  readonly at: number
  readonly bytes: Buffer | null
}
export type TopologyDriver = ReturnType<typeof topologyDriver>

export const toBytes = ({ topic, key, at, record }: Keyed): Published => ({
  topic,
  key,
  at,
  bytes: record === null ? null : CODECS[TOPICS[topic].schema].encode(record as never),
})

/** The record in the bytes, as plain objects. */
export const fromBytes = ({ topic, key, at, bytes }: Published): Keyed => ({
  topic,
  key,
  at,
  record: bytes === null ? null : CODECS[TOPICS[topic].schema].decode(bytes),
})

/** Everything a driver has published and kept, ready to be compared byte for byte. */
export interface Dump {
  readonly topics: Readonly<Record<string, readonly string[]>>
  readonly state: readonly string[]
}

const lineOf = ({ key, at, bytes }: Published): string =>
  `${at} ${key} ${bytes === null ? 'tombstone' : bytes.toString('base64')}`

/** A driver of a topology. Piped records wait until `advance` reaches their `observedAt`. */
export const topologyDriver = (processors: readonly Processor[] = TOPOLOGY) => {
  const store = new EmbeddedStore(':memory:')
  const published = new Map<TopicName, Published[]>()
  const broadcasts = new Set(processors.flatMap((processor) => processor.broadcasts ?? []))
  let waiting: Keyed[] = []
  let engine = new TopologyEngine(processors, store, 0)

  const publish = (record: Published): void => {
    const sofar = published.get(record.topic)
    if (sofar === undefined) published.set(record.topic, [record])
    else sofar.push(record)
  }
  const bytesOf = (topic: TopicName): readonly Published[] => published.get(topic) ?? []

  const driver = {
    /** Hands in a record of an outside topic; it goes through its codec. */
    pipe<T extends TopicName>(topic: T, record: RecordOf<T>) {
      waiting.push(fromBytes(toBytes(keyed(topic, record, record.observedAt))))
      return driver
    },
    /** Handles everything up to `to`. A record piped later must be observed after it. */
    advance(to: number) {
      const due = waiting.filter(({ at }) => at <= to).sort((a, b) => a.at - b.at)
      waiting = waiting.filter(({ at }) => at > to)
      if (due.some(({ at }) => at <= engine.now))
        throw new Error(`a record was piped at or before ${engine.now}, which is over`)
      store.transaction(() => {
        const emitted = engine.advance(due, to)
        engine.flush()
        for (const record of [...due, ...emitted]) publish(toBytes(record))
      })
      return driver
    },
    /** Forgets everything but what is in the store and in the topics, as after a crash. */
    restart() {
      const tables = [...broadcasts].flatMap((topic) => bytesOf(topic).map(fromBytes))
      engine = new TopologyEngine(processors, store, engine.now, tables)
      return driver
    },
    /** All records of a topic, in order, as plain objects. */
    read<T extends TopicName>(topic: T): RecordOf<T>[] {
      return bytesOf(topic)
        .map((record) => fromBytes(record).record)
        .filter((record) => record !== null) as RecordOf<T>[]
    },
    bytesOf,
    /** A cell as the store holds it; undefined where there is none. */
    state(stage: string, key: string, cell: string): unknown {
      const bytes = store.loadCell(stage, key, cell)
      const schemas = processors.find(({ name }) => name === stage)?.cells ?? {}
      return bytes === undefined
        ? undefined
        : cellCodec(schemas, cell).fromBuffer(Buffer.from(bytes))
    },
    counts: (stage: string) =>
      engine.stages.find(({ processor }) => processor.name === stage)?.counts,
    /** Topics that processors write, and all cells and timers. */
    dump: (): Dump => ({
      topics: Object.fromEntries(
        TOPIC_NAMES.filter((topic) =>
          processors.some(({ outputs }) => outputs.includes(topic)),
        ).map((topic) => [topic, bytesOf(topic).map(lineOf)]),
      ),
      state: dumpState(store),
    }),
    close: () => {
      store.close()
    },
  }
  return driver
}

const dumpState = (store: EmbeddedStore): string[] => {
  store.settle()
  const rows = (sql: string): string[] =>
    store.db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).join(' '))
  return [
    ...rows(`SELECT 'cell', stage, key, cell, hex(bytes) FROM cells ORDER BY stage, key, cell`),
    ...rows(`SELECT 'timer', stage, key, timer, due FROM timers ORDER BY stage, key, timer`),
  ]
}

/** The first difference of two dumps in words, or null where they are equal byte for byte. */
export const firstDifference = (a: Dump, b: Dump): string | null => {
  if (isDeepStrictEqual(a, b)) return null
  for (const topic of Object.keys({ ...a.topics, ...b.topics })) {
    const found = differing(topic, a.topics[topic] ?? [], b.topics[topic] ?? [])
    if (found !== null) return found
  }
  return differing('state', a.state, b.state)
}

const differing = (where: string, a: readonly string[], b: readonly string[]): string | null => {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1)
    if (a[i] !== b[i]) return `${where}[${i}]:\n${readable(where, a[i])}\n${readable(where, b[i])}`
  return null
}

const readable = (where: string, line: string | undefined): string => {
  if (line === undefined) return 'nothing'
  const [at = '', key = '', body = ''] = line.split(' ')
  if (where === 'state' || body === 'tombstone') return line
  const bytes = Buffer.from(body, 'base64')
  const { record } = fromBytes({ topic: where as TopicName, key, at: Number(at), bytes })
  return `${at} ${JSON.stringify(record)}`
}
