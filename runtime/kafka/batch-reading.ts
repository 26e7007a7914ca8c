/**
 * Record batches as brokers answer them (format 2), read in one pass. kafkajs reads each record through objects of its own and
 * numbers of 64 bits as objects too; what it makes of a message would cost more than handling it.
 */

import type { FetchedMessage } from './client-parts.ts'

/** Undoes the compression that a batch's attributes name; null where there is none. */
export type Decompress = (attributes: number, bytes: Buffer) => Promise<Buffer> | null

/** First offset and length stand before what the length counts. */
const LENGTH_AT = 8
const COUNTED_FROM = 12
const ATTRIBUTES_AT = 21
const LAST_OFFSET_AT = 23
const FIRST_TIMESTAMP_AT = 27
const MAX_TIMESTAMP_AT = 35
const PRODUCER_AT = 43
const COUNT_AT = 57
const RECORDS_AT = 61
const APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const TWO_32 = 2 ** 32
const NO_HEADERS: FetchedMessage['headers'] = {}

/** All records of the whole batches in `bytes`; the last one may have been cut off by the broker. */
export const readBatches = async (
  bytes: Buffer,
  decompress: Decompress,
): Promise<FetchedMessage[]> => {
  const messages: FetchedMessage[] = []
  for (let at = 0; at + RECORDS_AT <= bytes.length;) {
    const end = at + COUNTED_FROM + bytes.readInt32BE(at + LENGTH_AT)
    if (end > bytes.length) break
    const batch = bytes.subarray(at, end)
    const plain = decompress(batch.readInt16BE(ATTRIBUTES_AT), batch.subarray(RECORDS_AT))
    if (plain === null) readRecords(batch, batch, RECORDS_AT, messages)
    else readRecords(batch, await plain, 0, messages)
    const last = int64(batch, 0) + batch.readInt32BE(LAST_OFFSET_AT)
    if (messages.at(-1)?.offset !== last) messages.push(taken(last))
    at = end
  }
  return messages
}

/** Stands where compaction took the last record of a batch, or all of them: who reads on goes past it, as past a control record. */
const taken = (offset: number): FetchedMessage => ({
  ...{ offset, timestamp: 0, key: null, value: null, headers: NO_HEADERS, isControlRecord: true },
  batchContext: { producerId: '-1', inTransaction: false },
})

const int64 = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4)

/** Where the last number that was read ends. */
let after = 0

/** An unsigned number of up to 64 bits in groups of seven, as exact as a number can be. */
const unsignedAt = (bytes: Buffer, from: number): number => {
  let at = from
  let byte = bytes[at] ?? 0
  let value = byte & 0x7f
  for (let scale = 128; byte > 127; scale *= 128) {
    at += 1
    byte = bytes[at] ?? 0
    value += (byte & 0x7f) * scale
  }
  after = at + 1
  return value
}
/** A signed one: even numbers stand for 0, 1, 2 ..., odd ones for -1, -2 ... */
const signedAt = (bytes: Buffer, from: number): number => {
  const value = unsignedAt(bytes, from)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

/** Bytes with their length before them; null where that is negative. */
const bytesAt = (bytes: Buffer, from: number): Buffer | null => {
  const length = signedAt(bytes, from)
  return length < 0 ? null : bytes.subarray(after, after + length)
}
const textAt = (bytes: Buffer, from: number): string => {
  const length = signedAt(bytes, from)
  const begin = after
  after = begin + Math.max(0, length)
  return bytes.toString('utf8', begin, after)
}
/** Where bytes with their length before them end. */
const afterBytes = (bytes: Buffer, from: number): number => {
  const length = signedAt(bytes, from)
  return after + Math.max(0, length)
}

/** What all records of a batch have in common. */
type InBatch = Pick<FetchedMessage, 'isControlRecord' | 'batchContext'>

/** A record where it lies in its batch. What is in it is read when it is asked for: until then it is one small object. */
class BatchMessage implements FetchedMessage {
  readonly offset: number
  readonly timestamp: number
  readonly #bytes: Buffer
  readonly #keyAt: number
  readonly #batch: InBatch

  constructor(offset: number, timestamp: number, bytes: Buffer, keyAt: number, batch: InBatch) {
    this.offset = offset
    this.timestamp = timestamp
    this.#bytes = bytes
    this.#keyAt = keyAt
    this.#batch = batch
  }
  get isControlRecord(): boolean {
    return this.#batch.isControlRecord
  }
  get batchContext(): FetchedMessage['batchContext'] {
    return this.#batch.batchContext
  }
  get key(): Buffer | null {
    return bytesAt(this.#bytes, this.#keyAt)
  }
  get value(): Buffer | null {
    return bytesAt(this.#bytes, this.#valueAt)
  }
  get headers(): FetchedMessage['headers'] {
    return headersAt(this.#bytes, afterBytes(this.#bytes, this.#valueAt))
  }
  get #valueAt(): number {
    return afterBytes(this.#bytes, this.#keyAt)
  }
}

const readRecords = (
  batch: Buffer,
  bytes: Buffer,
  from: number,
  messages: FetchedMessage[],
): void => {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT)
  const firstOffset = int64(batch, 0)
  const isAppendTime = (attributes & APPEND_TIME) !== 0
  const firstTimestamp = int64(batch, isAppendTime ? MAX_TIMESTAMP_AT : FIRST_TIMESTAMP_AT)
  const inBatch: InBatch = {
    isControlRecord: (attributes & CONTROL) !== 0,
    batchContext: {
      producerId: batch.readBigInt64BE(PRODUCER_AT).toString(),
      inTransaction: (attributes & TRANSACTIONAL) !== 0,
    },
  }
  let at = from
  for (let left = batch.readInt32BE(COUNT_AT); left > 0; left -= 1) {
    const length = signedAt(bytes, at)
    const end = after + length
    const later = signedAt(bytes, after + 1) // after the record's attributes, of which there are none
    const offset = firstOffset + signedAt(bytes, after)
    const timestamp = isAppendTime ? firstTimestamp : firstTimestamp + later
    messages.push(new BatchMessage(offset, timestamp, bytes, after, inBatch))
    at = end
  }
}

const headersAt = (bytes: Buffer, from: number): FetchedMessage['headers'] => {
  const count = signedAt(bytes, from)
  if (count <= 0) return NO_HEADERS
  const headers: Record<string, string> = {}
  for (let left = count; left > 0; left -= 1) {
    const name = textAt(bytes, after)
    headers[name] = textAt(bytes, after)
  }
  return headers
}
