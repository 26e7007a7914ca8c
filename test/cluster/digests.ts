/** What topics say, as a number for each record: millions of records can be compared, and the first that differs is found. */

import { createHash } from 'node:crypto'
import type { Keyed } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS, type TopicName, type TopicRow } from '../../schemas/topics.ts'

const HEADER_BYTES = 5

/** Of what is compared of a record: its time and its value; what depends on the runtime (offset, partition, schema id) is left out. */
const digestOf = ({ topic, at, record }: Keyed): number => {
  const hash = createHash('sha1').update(String(at))
  if (record !== null)
    hash.update(CODECS[TOPICS[topic].schema].encode(record as never).subarray(HEADER_BYTES))
  return hash.digest().readUIntBE(0, 6)
}

const isJoining = (topic: TopicName): boolean => (TOPICS[topic] as TopicRow).joins === true

/**
 * Records by topic and key, in order: topics are then equal as multisets too. Where records of a key come from several keys,
 * the order is that of their handling, by time and event id, not that of the log: there keys are compared as multisets.
 */
export class Digests {
  readonly #topics: ReadonlyMap<TopicName, Map<string, number[]>>

  constructor(topics: readonly TopicName[]) {
    this.#topics = new Map(topics.map((topic) => [topic, new Map<string, number[]>()]))
  }

  get topics(): readonly TopicName[] {
    return [...this.#topics.keys()]
  }

  /** Notes a record, unless its topic is not looked at. */
  note(record: Keyed): void {
    const byKey = this.#topics.get(record.topic)
    if (byKey === undefined) return
    const sofar = byKey.get(record.key)
    if (sofar === undefined) byKey.set(record.key, [digestOf(record)])
    else sofar.push(digestOf(record))
  }

  /** Records noted of a topic. */
  count(topic: TopicName): number {
    let count = 0
    for (const digests of this.#topics.get(topic)?.values() ?? []) count += digests.length
    return count
  }

  /** Up to five differences in words; none where all records are equal. */
  differences(found: Digests): string[] {
    const differences: string[] = []
    for (const [topic, byKey] of this.#topics) {
      const foundByKey = found.#topics.get(topic) ?? new Map<string, number[]>()
      for (const key of new Set([...byKey.keys(), ...foundByKey.keys()])) {
        const [of, is] = [
          inOrder(topic, byKey.get(key) ?? []),
          inOrder(topic, foundByKey.get(key) ?? []),
        ]
        const at = of.findIndex((digest, index) => digest !== is[index])
        if (at >= 0 || of.length !== is.length)
          differences.push(
            `${topic}, ${key}: ${is.length} records, not ${of.length}; the first that differs is ${at < 0 ? of.length : at}`,
          )
      }
    }
    return differences.slice(0, 5)
  }
}

const inOrder = (topic: TopicName, digests: readonly number[]): readonly number[] =>
  isJoining(topic) ? [...digests].sort((a, b) => a - b) : digests
