import { describe, expect, it } from 'vitest'
import {
  writeProduce,
  type Messages,
  type WrittenMessage,
} from '../../runtime/kafka/batch-writing.ts'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import { fromMessage, pack } from '../../runtime/kafka/messages.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import { Group, Packs } from '../../runtime/kafka/packed.ts'
import { piecesOf, type Placed } from '../../runtime/kafka/transaction-parts.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { messageOf } from '../support/kafka-message.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'

const to = { names: namesIn(''), partitionsOf: () => 3 }
const sent = keyed('ci.run-events.v1', aFact(aRun(), 'started', MONDAY), MONDAY + MINUTE)

/** A message as it is fetched again. */
const fetched = ({
  key,
  value,
  headers,
}: Pick<Placed, 'key' | 'value' | 'headers'>): FetchedMessage => ({
  offset: 7,
  timestamp: MONDAY + MINUTE,
  key: Buffer.from(key ?? ''),
  value: value === null ? null : Buffer.from(value),
  headers: Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
  ),
  isControlRecord: false,
  batchContext: { producerId: '1', inTransaction: true },
})

describe('a record as a message', () => {
  it('comes back as it was, with its time and its writer', () => {
    const back = fromMessage('ci.run-events.v1', 0, fetched(messageOf(sent, 'runs/1', to)))
    expect(back.writer).toBe('runs/1')
    expect({ ...back.record, record: { ...back.record.record } }).toEqual({ ...sent })
  })

  it('comes back as a tombstone where it was one', () => {
    const tombstone = { topic: 'ci.kpis.v1', key: 'k', at: MONDAY, record: null } as const
    const gone = messageOf(tombstone, 'kpis/0', to)
    expect(fromMessage('ci.kpis.v1', 0, fetched(gone)).record).toEqual(tombstone)
  })

  it('of somebody else is from outside, and of the time it was observed', () => {
    const { key, value } = messageOf(sent, 'runs/1', to)
    const { writer, record } = fromMessage('ci.run-events.v1', 0, fetched({ key, value }))
    expect([writer, record.at]).toEqual(['outside', MONDAY])
  })

  it('that cannot be read is its own dead letter, with reason and position', () => {
    const bad = fetched({ key: 'k', value: Buffer.from([9, 0, 0, 0, 1, 5]) })
    const { record } = fromMessage('ci.run-events.v1', 2, bad)
    expect(record.topic).toBe('ci.dead-letters.v1')
    expect(record.record).toMatchObject({ reason: 'bad-magic', position: 'ci.run-events.v1/2@7' })
  })
})

describe('a packed record', () => {
  const run = (id: string) =>
    keyed('ci.run-events.v1', aFact(aRun({ runId: id }), 'started', MONDAY), MONDAY)
  const gone = { topic: 'ci.kpis.v1', key: 'k', at: MONDAY, record: null } as const
  /** What lies at a place, as bytes of a request. */
  const bytesOf = (messages: Messages): Buffer =>
    writeProduce(
      {
        ...{ acks: -1, timeout: 1, transactionalId: 'a', producerId: '1', producerEpoch: 0 },
        topicData: [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }],
      },
      MONDAY,
    )
  const groupOf = (packs: Packs): Messages => {
    const group = new Group<WrittenMessage>()
    for (const packed of packs.all) group.add(packed)
    return group
  }
  it.each([
    ['short', [run('1')]],
    ['of other letters, and long', [run('ü'.repeat(40)), run('x'.repeat(9_000))]],
    ['without a value', [gone]],
  ])('has the bytes of its message: %s', (_, records: readonly Keyed[]) => {
    const packs = new Packs()
    for (const record of records) pack(packs, record, 'runs/1', to)
    const messages = records.map((record) => messageOf(record, 'runs/1', to))
    expect(bytesOf(groupOf(packs)).equals(bytesOf(messages))).toBe(true)
    expect(packs.all.map(({ topic, partition }) => [topic, partition])).toEqual([
      [messages[0]?.topic, messages[0]?.partition],
    ])
  })
  it('has the bytes that are known, unless our schema has another id by now', () => {
    const bytes = CODECS['run-event'].encode(aFact(aRun(), 'started', MONDAY))
    const other = Buffer.from(bytes)
    other.writeUInt32BE(77, 1)
    const written = [bytes, other].map((known) => {
      const packs = new Packs()
      pack(packs, { ...sent, bytes: known }, 'outside', to)
      return bytesOf(groupOf(packs))
    })
    const expected = bytesOf([messageOf(sent, 'outside', to)])
    expect(written.map((each) => each.equals(expected))).toEqual([true, true])
  })
  it('goes to a new pack where one request would become too long, and all stay in order', () => {
    const packs = new Packs()
    const lengths = [...Array.from({ length: 60 }, () => 9_000), 450_000, 10]
    const records = lengths.map((length, n) => run(`${n}${'x'.repeat(length)}`))
    for (const record of records) pack(packs, record, 'runs/1', to)
    const sizes = packs.all.map(({ size, count }) => [size < 600_000, count > 1])
    expect(sizes).toEqual([
      [true, true],
      [true, true],
      [false, false],
      [true, false],
    ])
    expect([...piecesOf(packs.all)]).toEqual(packs.all.map((each) => [each]))
    const messages = records.map((record) => messageOf(record, 'runs/1', to))
    expect(bytesOf(groupOf(packs)).equals(bytesOf(messages))).toBe(true)
  })
})

describe('a message that can never be handled', () => {
  const topic = 'ci.run-events.v1'
  const letterOf = (message: FetchedMessage) => fromMessage(topic, 0, message).record
  it.each([
    ['null-value', fetched({ key: 'k', value: null })],
    ['too-large', fetched({ key: 'k', value: Buffer.alloc(20 << 20) })],
    ['truncated', fetched({ key: 'k', value: Buffer.from([0, 0]) })],
    ['unknown-schema', fetched({ key: 'k', value: Buffer.from([0, 0, 1, 0, 0, 7]) })],
  ])('is a dead letter: %s', (reason, message) => {
    const { topic: to, record } = letterOf(message)
    expect(to).toBe('ci.dead-letters.v1')
    expect(record).toMatchObject({ reason, origin: topic, step: 'read' })
  })
  it('because of its time has that of the records before it', () => {
    const { key, value } = messageOf(sent, 'outside', to)
    const from = fetched({ key, value, headers: { at: String(MONDAY + 3 * HOUR) } })
    expect(letterOf(from)).toMatchObject({ at: 0, record: { reason: 'future-time' } })
    expect(letterOf({ ...from, timestamp: MONDAY + 2 * HOUR }).topic).toBe(topic)
  })
  it('is kept up to 64 kB', () => {
    const { record } = letterOf(fetched({ key: 'k', value: Buffer.alloc(20 << 20) }))
    expect((record as { payload: Buffer } | null)?.payload).toHaveLength(65_536)
  })
})

describe('pieces of a transaction', () => {
  const message = (partition: number, bytes: number): Placed => ({
    topic: 't',
    partition,
    key: 'k',
    value: Buffer.alloc(bytes),
  })
  it('hold less for one partition than a broker takes, and all messages in order', () => {
    const messages = [0, 1, 0, 0, 1, 0].map((partition) => message(partition, 250_000))
    const pieces = [...piecesOf(messages)]
    expect(pieces.map((piece) => piece.length)).toEqual([3, 3])
    expect(pieces.flat()).toEqual(messages)
  })
  it('hold at least one message, however large', () => {
    expect([...piecesOf([message(0, 5_000_000), message(0, 5_000_000)])]).toHaveLength(2)
    expect([...piecesOf([])]).toEqual([])
  })
})
