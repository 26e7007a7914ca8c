/** What both runtimes are given, and what the embedded one makes of it. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { demoSource } from '../../producers/demo/source.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Keyed, Offer } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS, type TopicName, type TopicRow } from '../../schemas/topics.ts'
import { HOUR, MONDAY } from '../support/facts.ts'

/** How long after the last fact timers still fire. */
const AFTERWARDS = 3 * HOUR

export interface World {
  /** By hour. */
  readonly batches: readonly (readonly Offer[])[]
  readonly end: number
}

export const demoFacts = async (hours: number): Promise<World> => {
  const until = MONDAY + hours * HOUR
  const batches: Offer[][] = []
  const { signal } = new AbortController()
  for await (const { offers } of demoSource({ from: MONDAY, until }).batches(0, signal))
    batches.push(offers.filter(({ topic }) => topic === 'ci.run-events.v1'))
  return { batches, end: until + AFTERWARDS }
}

/** Topics that processors write. */
export const OUTPUTS: readonly TopicName[] = [
  ...new Set<TopicName>(TOPOLOGY.flatMap(({ outputs }) => outputs)),
  'ci.dead-letters.v1',
]

/** A record as it is compared: what depends on the runtime (offset, partition, schema id) is left out. */
const lineOf = ({ topic, at, record }: Keyed): string =>
  record === null
    ? `${at} tombstone`
    : `${at} ${CODECS[TOPICS[topic].schema].encode(record as never).toString('base64')}`

/**
 * Lines by key, in order; a topic as a whole is equal as a multiset where all its keys are. Where records of a key come from
 * several keys, their order is that in which they are handled: by time and event id.
 */
const linesByKey = (topic: TopicName, records: readonly Keyed[]): Map<string, string[]> => {
  const byKey = new Map<string, string[]>()
  const isJoining = (TOPICS[topic] as TopicRow).joins === true
  for (const record of isJoining ? [...records].sort(byTimeAndId) : records) {
    const sofar = byKey.get(record.key)
    if (sofar === undefined) byKey.set(record.key, [lineOf(record)])
    else sofar.push(lineOf(record))
  }
  return byKey
}

const idOf = ({ record }: Keyed): string => record?.eventId ?? ''
const byTimeAndId = (a: Keyed, b: Keyed): number => a.at - b.at || (idOf(a) < idOf(b) ? -1 : 1)

/** What the embedded runtime publishes, by topic. */
export const embeddedOutputs = ({ batches, end }: World): Map<TopicName, Keyed[]> => {
  const published = new Map<TopicName, Keyed[]>(OUTPUTS.map((topic) => [topic, []]))
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY)
  runtime.onCommit((records) => {
    for (const record of records) published.get(record.topic)?.push(record)
  })
  for (const offers of batches) runtime.commit(offers, offers.at(-1)?.record.observedAt ?? 0)
  runtime.commit([], end)
  runtime.close()
  return published
}

/** The first key whose records differ, in words; null where all are equal, in order. */
export const firstDifference = (
  topic: TopicName,
  expected: readonly Keyed[],
  found: readonly Keyed[],
): string | null => {
  const [a, b] = [linesByKey(topic, expected), linesByKey(topic, found)]
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [of, is] = [a.get(key) ?? [], b.get(key) ?? []]
    const at = of.findIndex((line, index) => line !== is[index])
    if (at >= 0 || of.length !== is.length)
      return `${topic}, ${key}: ${is.length} of ${of.length} records, the first that differs is ${at}`
  }
  return null
}
