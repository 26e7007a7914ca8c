/** Our parts of kafkajs beside its own, which are loaded again for that. */

import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBatches } from '../../runtime/kafka/batch-reading.ts'
import {
  writeProduce,
  type ProduceRequest,
  type WrittenMessage,
} from '../../runtime/kafka/batch-writing.ts'
import { committedOf } from '../../runtime/kafka/committed.ts'
import { crc32c } from '../../runtime/kafka/crc32c.ts'
import '../../runtime/kafka/client.ts'

const require = createRequire(import.meta.url)
/** A file of kafkajs as it was released. */
const released = (file: string): unknown => {
  const path = require.resolve(`kafkajs/src/protocol/${file}`)
  const ours = require.cache[path]
  Reflect.deleteProperty(require.cache, path)
  const original: unknown = require(path)
  if (ours !== undefined) require.cache[path] = ours
  return original
}
interface Encoder {
  readonly buffer: Buffer
}
const theirRequest = released('requests/produce/v3/request.js') as (request: ProduceRequest) => {
  encode(): Promise<Encoder>
}
const theirMessages = released('requests/fetch/v4/decodeMessages.js') as (
  decoder: unknown,
) => Promise<readonly Record<string, unknown>[]>
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constant('x'.repeat(300)))
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const message = fc.record({
  key: fc.option<string | null>(text),
  value: fc.option<Buffer | null>(bytes),
  timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }).map(String),
  headers: fc.dictionary(fc.constantFrom('from', 'at', 'name-ü'), text),
})
const requestOf = (messages: readonly WrittenMessage[], more = {}): ProduceRequest => ({
  acks: -1,
  timeout: 30_000,
  transactionalId: 'stopline-runs-2',
  producerId: '4611686018427387904',
  producerEpoch: 3,
  topicData: [{ topic: 'ci.runs.v1', partitions: [{ partition: 7, firstSequence: 41, messages }] }],
  ...more,
})
/** Of producers that are idempotent only, and of plain ones. */
const OTHERS = [
  { transactionalId: undefined },
  { transactionalId: undefined, producerId: undefined, producerEpoch: undefined },
  { transactionalId: undefined, producerId: -1, producerEpoch: 0 },
]
/** The batch in a request of one partition. */
const batchIn = (request: Buffer, { transactionalId, topicData }: ProduceRequest): Buffer =>
  request.subarray(
    2 + (transactionalId?.length ?? 0) + 2 + 4 + 4 + 2 + (topicData[0]?.topic.length ?? 0) + 4 + 8,
  )
const none = (): null => null

describe('CRC-32C', () => {
  it('is that of the standard, wherever the bytes lie', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
    expect(crc32c(Buffer.from('..123456789..'), 2, 11)).toBe(0xe3069283)
    expect(crc32c(Buffer.alloc(0))).toBe(0)
  })
})

describe('a produce request', () => {
  it('has the bytes that kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 20 }),
        fc.constantFrom({}, ...OTHERS),
        async (messages, more) => {
          const request = requestOf(messages, more)
          const theirs = await theirRequest(request).encode()
          expect(writeProduce(request, 0).equals(theirs.buffer)).toBe(true)
        },
      ),
    )
  })
  it('of several topics and partitions has them too, and larger ones than any before', async () => {
    const messages = Array.from({ length: 3_000 }, (_, at) => ({
      key: `job-${at}`,
      value: Buffer.alloc(500, at),
      timestamp: '1767571200000',
      headers: { from: 'runs/2', at: String(at) },
    }))
    const partitions = [1, 2, 3].map((partition) => ({ partition, firstSequence: 0, messages }))
    const topicData = ['a', 'b'].map((topic) => ({ topic, partitions }))
    const request = requestOf([], { topicData })
    const theirs = await theirRequest(request).encode()
    expect(writeProduce(request, 0).equals(theirs.buffer)).toBe(true)
  })
  it('takes the time it is written where a message has none', async () => {
    const request = requestOf([{ value: 'a' }])
    const [read] = await readBatches(
      batchIn(writeProduce(request, 1_767_571_200_000), request),
      none,
    )
    expect(read?.timestamp).toBe(1_767_571_200_000)
  })
  it('refuses a header that is no text', () => {
    const request = requestOf([{ value: null, headers: { from: 7 } }])
    expect(() => writeProduce(request, 0)).toThrow('header from is neither a text nor bytes')
  })
})

describe('fetched batches', () => {
  const read = async (request: ProduceRequest) => {
    const batch = batchIn(writeProduce(request, 0), request)
    batch.writeBigInt64BE(5_000_000_000n, 0)
    return { batch, ours: await readBatches(Buffer.concat([batch, batch]), none) }
  }
  it('are read as kafkajs reads them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 20 }), async (messages) => {
        const { batch, ours } = await read(requestOf(messages))
        const size = Buffer.alloc(4)
        size.writeInt32BE(2 * batch.length)
        const theirs = await theirMessages(new Decoder(Buffer.concat([size, batch, batch])))
        expect(ours.map(({ offset, timestamp }) => [String(offset), String(timestamp)])).toEqual(
          theirs.map(({ offset, timestamp }) => [offset, timestamp]),
        )
        expect(ours.map(({ key, value }) => [key, value])).toEqual(
          theirs.map(({ key, value }) => [key, value]),
        )
        expect(ours.map(({ headers }) => headers)).toEqual(
          theirs.map(({ headers }) =>
            Object.fromEntries(
              Object.entries(headers as Record<string, Buffer>).map(([name, value]) => [
                name,
                value.toString(),
              ]),
            ),
          ),
        )
        for (const { batchContext, isControlRecord } of ours)
          expect([batchContext, isControlRecord]).toEqual([
            { producerId: '4611686018427387904', inTransaction: true },
            false,
          ])
      }),
    )
  })
  it('end before one that was cut off', async () => {
    const { batch } = await read(requestOf([{ value: 'a', timestamp: '1' }]))
    for (const length of [batch.length - 1, 61, 30, 0]) {
      const bytes = Buffer.concat([batch, batch.subarray(0, length)])
      expect(await readBatches(bytes, none)).toHaveLength(1)
    }
  })
  it('tell where they end, where compaction took their last record or all of them', async () => {
    const messages = ['a', 'b', 'c'].map((value) => ({ value, timestamp: '1' }))
    const { batch: shortened } = await read(requestOf(messages.slice(0, 2)))
    shortened.writeInt32BE(2, 23)
    const { batch: emptied } = await read(requestOf(messages))
    emptied.writeBigInt64BE(5_000_000_003n, 0)
    emptied.writeInt32BE(0, 57)
    emptied.writeInt32BE(61 - 12, 8)
    const found = await readBatches(Buffer.concat([shortened, emptied.subarray(0, 61)]), none)
    expect(found.map(({ offset }) => offset - 5_000_000_000)).toEqual([0, 1, 2, 5])
    expect(committedOf(found, null).map(({ value }) => String(value))).toEqual(['a', 'b'])
  })
  it('are decompressed where they say so', async () => {
    const messages = [
      { key: 'a', value: 'b', timestamp: '1' },
      { key: 'c', value: null, timestamp: '3' },
    ]
    const { batch } = await read(requestOf(messages))
    const packed = Buffer.concat([batch.subarray(0, 61), gzipSync(batch.subarray(61))])
    packed.writeInt32BE(packed.length - 12, 8)
    packed.writeInt16BE(packed.readInt16BE(21) | 1, 21)
    const { gunzipSync } = await import('node:zlib')
    const found = await readBatches(packed, (attributes, bytes) =>
      (attributes & 7) === 1 ? Promise.resolve(gunzipSync(bytes)) : null,
    )
    expect(found.map(({ key, value, timestamp }) => [String(key), value, timestamp])).toEqual([
      ['a', Buffer.from('b'), 1],
      ['c', null, 3],
    ])
  })
  it('of a topic that has the time of appending have that', async () => {
    const { batch } = await read(requestOf([{ value: 'a', timestamp: '1' }]))
    batch.writeInt16BE(batch.readInt16BE(21) | 8, 21)
    batch.writeBigInt64BE(1_767_571_200_000n, 35)
    expect((await readBatches(batch, none))[0]?.timestamp).toBe(1_767_571_200_000)
  })
})
