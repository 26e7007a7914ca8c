/** A key's state sees only that key's records: one partition or many, alone or fused, give the same per key. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import type { Offer } from '../../runtime/ports.ts'
import { TOPICS, type TopicName, type TopicRow } from '../../schemas/topics.ts'
import { history } from '../support/arbitraries.ts'
import { communityOffers } from '../support/community.ts'
import { DAY } from '../support/facts.ts'
import { replayPartitioned } from '../support/partitioned-driver.ts'
import { topologyDriver, type Published } from '../support/topology-driver.ts'

const AFTERWARDS_MS = 2 * DAY
const RUNS = {
  numRuns: Number(process.env['STOPLINE_LAW_RUNS'] ?? 6),
  // Shrinking a counterexample ends here.
  interruptAfterTimeLimit: 50_000,
}

const isJoining = (topic: TopicName): boolean => (TOPICS[topic] as TopicRow).joins === true

/**
 * Records of each topic and key, in order. Where records of a key come from several keys, those of one instant lie on the log in any
 * order, and are handled by their ids.
 */
const perKey = (records: readonly Published[]): Map<string, string[]> => {
  const out = new Map<string, string[]>()
  for (const { topic, key, at, bytes } of records) {
    const id = `${topic} ${key}`
    const lines = out.get(id) ?? []
    out.set(id, lines)
    lines.push(`${at} ${bytes?.toString('base64') ?? 'tombstone'}`)
    if (isJoining(topic)) lines.sort()
  }
  return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const fused = (heard: readonly Offer[], until: number): Published[] => {
  const driver = topologyDriver()
  for (const { topic, record } of heard) driver.pipe(topic, record)
  driver.advance(until)
  const outputs = new Set(TOPOLOGY.flatMap((processor) => processor.outputs))
  const records = [...outputs].flatMap((topic) => driver.bytesOf(topic))
  driver.close()
  return records
}

describe('the topology in partitions', () => {
  it.each([1, 3])('says per key, in %i partitions joined by bytes, what one process says', (n) => {
    fc.assert(
      fc.property(history(30), (facts) => {
        const heard = facts.map((record) => ({ topic: 'ci.run-events.v1', record }) as const)
        const until = (facts.at(-1)?.observedAt ?? 0) + AFTERWARDS_MS
        const parts = replayPartitioned(TOPOLOGY, heard, until, n)
        expect(perKey(parts)).toEqual(perKey(fused(heard, until)))
      }),
      RUNS,
    )
  })

  it('says per key what one process says where all topics are heard', () => {
    const heard = communityOffers(3)
    const until = (heard.at(-1)?.record.observedAt ?? 0) + AFTERWARDS_MS
    const parts = replayPartitioned(TOPOLOGY, heard, until, 3)
    expect(perKey(parts)).toEqual(perKey(fused(heard, until)))
  })
})
