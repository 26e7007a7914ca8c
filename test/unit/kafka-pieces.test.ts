import { describe, expect, it } from 'vitest'
import { runs } from '../../processors/runs/runs.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { PartitionStoppedError } from '../../runtime/engine/dead-letter-limit.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { TopologyEngine } from '../../runtime/engine/topology.ts'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import { pack, received, type Received } from '../../runtime/kafka/messages.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import { Packs } from '../../runtime/kafka/packed.ts'
import { Pieces } from '../../runtime/kafka/pieces.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { aFact, aRun, MONDAY, SECOND } from '../support/facts.ts'
import { messageOf } from '../support/kafka-message.ts'

const to = { names: namesIn(''), partitionsOf: () => 1 }
const TOPIC = 'ci.run-events.v1'
const PARTITION = 3
const engine = (): TopologyEngine => new TopologyEngine([runs], new EmbeddedStore(':memory:'), 0)
/** Starts of runs, seven of an instant. */
const starts = Array.from({ length: 2_000 }, (_, n) => {
  const at = MONDAY + Math.floor(n / 7) * SECOND
  return keyed(TOPIC, aFact(aRun({ runId: String(n) }), 'started', at), at)
})
const read = (record: Keyed, partition: number, value?: Buffer): Received => {
  const { key, headers, ...sent } = messageOf(record, 'outside', to)
  const message: FetchedMessage = {
    ...{ offset: 0, timestamp: record.at, key: Buffer.from(key), headers },
    value: value ?? sent.value,
    isControlRecord: false,
    batchContext: { producerId: '1', inTransaction: true },
  }
  return received(TOPIC, partition, message)
}
const NONE = Buffer.from([9, 0, 0, 0, 1])
const horizon = MONDAY + 1_000 * SECOND
const handle = (records: readonly Received[]) =>
  new Pieces(engine(), PARTITION, 'runs/3', to).handle({ horizon, rows: [], records })
const bytesOf = ({ all }: Packs): Buffer[] => all.map(({ value }) => value)

describe('a batch in pieces', () => {
  it('says what it says at once, in the same order', () => {
    const expected = new Packs()
    const said = engine().advance(starts, horizon)
    for (const record of said) pack(expected, record, 'runs/3', to)
    const { packs, outputs, letters } = handle(starts.map((record) => read(record, PARTITION)))
    expect(said.length).toBeGreaterThan(starts.length / 2)
    expect(bytesOf(packs)).toEqual(bytesOf(expected))
    expect([outputs, letters]).toEqual([said.length, 0])
  })
  it('tells of what cannot be read, where it is of its own partition', () => {
    const [start] = starts
    if (start === undefined) throw new Error('there are no starts')
    const { outputs, letters, packs } = handle([read(start, PARTITION, NONE), read(start, 0, NONE)])
    expect([outputs, letters]).toEqual([1, 1])
    expect(packs.all.map(({ topic }) => topic)).toEqual(['ci.dead-letters.v1'])
  })
  it('stops where too much of it cannot be read', () => {
    const dead = starts.map((record) => read(record, PARTITION, NONE))
    expect(() => handle(dead)).toThrow(PartitionStoppedError)
  })
})
