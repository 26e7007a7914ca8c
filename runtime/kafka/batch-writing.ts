/**
 * Produce requests, written in one pass into one buffer. kafkajs makes an object with a buffer of its own for each record and
 * each header, and copies them together: that was most of what a transaction cost.
 */

import { crc32c } from './crc32c.ts'

/** What kafkajs hands to its own encoder. */
export interface ProduceRequest {
  readonly acks: number
  readonly timeout: number
  /** Missing outside of transactions; the next two where a producer is not even idempotent. */
  readonly transactionalId?: string | null | undefined
  readonly producerId?: { toString(): string } | undefined
  readonly producerEpoch?: number | undefined
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly messages: readonly WrittenMessage[]
    }[]
  }[]
}
export interface WrittenMessage {
  readonly key?: Buffer | string | null
  readonly value: Buffer | string | null
  /** Milliseconds; missing: when the request is written. */
  readonly timestamp?: string
  readonly headers?: Readonly<Record<string, unknown>>
}

class UnwritableHeaderError extends Error {
  override name = 'UnwritableHeaderError'
}

const MAGIC = 2
const TRANSACTIONAL = 0x10
/** A number in groups of seven has so many bytes at most: room for the length before a record. */
const MOST_NUMBER_BYTES = 10
const TWO_32 = 2 ** 32

/** Grows to the longest request and stays: requests are written at once, one after the other. */
let out = Buffer.allocUnsafeSlow(1 << 20)
let at = 0

const room = (bytes: number): void => {
  if (at + bytes <= out.length) return
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * out.length, at + bytes))
  out.copy(larger, 0, 0, at)
  out = larger
}
const int8 = (value: number): void => {
  out[at] = value
  at += 1
}
const int16 = (value: number): void => {
  at = out.writeInt16BE(value, at)
}
const int32 = (value: number): void => {
  at = out.writeInt32BE(value, at)
}
const int64 = (value: number): void => {
  out.writeInt32BE(Math.floor(value / TWO_32), at)
  at = out.writeUInt32BE(value >>> 0, at + 4)
}

/** Bytes of a signed number in groups of seven. */
const sizeOfNumber = (value: number): number => {
  let left = value < 0 ? -2 * value - 1 : 2 * value
  let size = 1
  for (; left > 127; left = Math.floor(left / 128)) size += 1
  return size
}
const number = (value: number): void => {
  let left = value < 0 ? -2 * value - 1 : 2 * value
  for (; left > 127; left = Math.floor(left / 128)) {
    out[at] = (left % 128) + 128
    at += 1
  }
  out[at] = left
  at += 1
}

type Bytes = Buffer | string | null | undefined
const lengthOf = (value: Bytes): number =>
  value === null || value === undefined ? -1 : Buffer.byteLength(value)
const sizeOf = (length: number): number => sizeOfNumber(length) + Math.max(0, length)
const bytes = (value: Bytes, length: number): void => {
  number(length)
  if (typeof value === 'string') at += out.write(value, at)
  else if (value !== null && value !== undefined) {
    out.set(value, at)
    at += length
  }
}

const string = (value: string | null): void => {
  const length = lengthOf(value)
  room(2 + length)
  int16(length)
  if (value !== null) at += out.write(value, at)
}

/** The body of a request, as it stands after the header of requests. */
export const writeProduce = (request: ProduceRequest, now: number): Buffer => {
  const { acks, timeout, topicData } = request
  const { transactionalId = null, producerId = -1, producerEpoch = 0 } = request
  at = 0
  string(transactionalId)
  room(10)
  int16(acks)
  int32(timeout)
  int32(topicData.length)
  const isTransactional = transactionalId !== null
  const id = BigInt(producerId.toString())
  for (const { topic, partitions } of topicData) {
    string(topic)
    room(4)
    int32(partitions.length)
    for (const { partition, firstSequence, messages } of partitions) {
      room(8)
      int32(partition)
      const sizeAt = at
      at += 4
      const begin = at
      writeBatch({ messages, firstSequence, id, producerEpoch, isTransactional }, now)
      out.writeInt32BE(at - begin, sizeAt)
    }
  }
  return Buffer.from(out.subarray(0, at))
}

interface Batch {
  readonly messages: readonly WrittenMessage[]
  readonly firstSequence: number
  readonly id: bigint
  readonly producerEpoch: number
  readonly isTransactional: boolean
}

const writeBatch = (
  { messages, firstSequence, id, producerEpoch, isTransactional }: Batch,
  now: number,
): void => {
  const timestampOf = ({ timestamp }: WrittenMessage): number =>
    timestamp === undefined ? now : Number(timestamp)
  const times = messages.map(timestampOf)
  const first = times.reduce((least, time) => Math.min(least, time), Infinity)
  const last = times.reduce((most, time) => Math.max(most, time), -Infinity)
  room(61)
  int64(0)
  const lengthAt = at
  at += 4
  int32(0) // the leader's epoch is the broker's business
  int8(MAGIC)
  const crcAt = at
  at += 4
  int16(isTransactional ? TRANSACTIONAL : 0)
  int32(messages.length - 1)
  int64(first)
  int64(last)
  at = out.writeBigInt64BE(id, at)
  int16(producerEpoch)
  int32(firstSequence)
  int32(messages.length)
  messages.forEach((message, index) => {
    writeRecord(message, index, (times[index] ?? first) - first)
  })
  out.writeInt32BE(at - lengthAt - 4, lengthAt)
  out.writeUInt32BE(crc32c(out, crcAt + 4, at), crcAt)
}

const writeRecord = (
  { key, value, headers }: WrittenMessage,
  offset: number,
  later: number,
): void => {
  const keyLength = lengthOf(key)
  const valueLength = lengthOf(value)
  let count = 0
  let headerBytes = 0
  for (const name in headers) {
    headerBytes += sizeOf(Buffer.byteLength(name)) + sizeOf(lengthOf(textOf(name, headers)))
    count += 1
  }
  const size =
    1 +
    sizeOfNumber(later) +
    sizeOfNumber(offset) +
    sizeOf(keyLength) +
    sizeOf(valueLength) +
    sizeOfNumber(count) +
    headerBytes
  room(MOST_NUMBER_BYTES + size)
  number(size)
  int8(0)
  number(later)
  number(offset)
  bytes(key, keyLength)
  bytes(value, valueLength)
  number(count)
  for (const name in headers) {
    bytes(name, Buffer.byteLength(name))
    const text = textOf(name, headers)
    bytes(text, lengthOf(text))
  }
}

const textOf = (name: string, headers: Readonly<Record<string, unknown>>): string | Buffer => {
  const value = headers[name]
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value
  throw new UnwritableHeaderError(`header ${name} is neither a text nor bytes`)
}
