/**
 * Produce requests, written in one pass into one buffer. kafkajs makes an object with a buffer of its own for each record and
 * each header, and copies them together: that was most of what a transaction cost.
 */

import { ByteWriter, sizeOfNumber } from './byte-writer.ts'
import { crc32c } from './crc32c.ts'
import { Packed } from './packed.ts'

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
      readonly messages: Messages
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

/** Messages of one partition; their length is the number of records in them. */
export type Messages = Iterable<WrittenMessage | Packed> & { readonly length: number }

class UnwritableHeaderError extends Error {
  override name = 'UnwritableHeaderError'
}

const MAGIC = 2
const TRANSACTIONAL = 0x10

/** They grow to the longest request and the longest message and stay: requests are written at once, one after the other. */
const out = new ByteWriter(1 << 20)
const one = new ByteWriter(1 << 10)

const string = (value: string | null): void => {
  out.int16(value === null ? -1 : Buffer.byteLength(value))
  if (value !== null) out.raw(Buffer.from(value))
}

/** The body of a request, as it stands after the header of requests. */
export const writeProduce = (request: ProduceRequest, now: number): Buffer => {
  const { acks, timeout, topicData } = request
  const { transactionalId = null, producerId = -1, producerEpoch = 0 } = request
  out.at = 0
  string(transactionalId)
  out.int16(acks)
  out.int32(timeout)
  out.int32(topicData.length)
  const isTransactional = transactionalId !== null
  const id = BigInt(producerId.toString())
  for (const { topic, partitions } of topicData) {
    string(topic)
    out.int32(partitions.length)
    for (const { partition, firstSequence, messages } of partitions) {
      out.int32(partition)
      const sizeAt = out.at
      out.int32(0)
      writeBatch({ messages, firstSequence, id, producerEpoch, isTransactional }, now)
      out.bytes.writeInt32BE(out.at - sizeAt - 4, sizeAt)
    }
  }
  return Buffer.from(out.bytes.subarray(0, out.at))
}

interface Batch {
  readonly messages: Messages
  readonly firstSequence: number
  readonly id: bigint
  readonly producerEpoch: number
  readonly isTransactional: boolean
}

const writeBatch = (
  { messages, firstSequence, id, producerEpoch, isTransactional }: Batch,
  now: number,
): void => {
  const timeOf = (message: WrittenMessage | Packed): number =>
    message instanceof Packed || message.timestamp === undefined ? now : Number(message.timestamp)
  let [first, last] = [Infinity, -Infinity]
  for (const message of messages) {
    const time = timeOf(message)
    first = Math.min(first, time)
    last = Math.max(last, time)
  }
  out.int64(0)
  const lengthAt = out.at
  out.int32(0)
  out.int32(0) // the leader's epoch is the broker's business
  out.int8(MAGIC)
  const crcAt = out.at
  out.int32(0)
  out.int16(isTransactional ? TRANSACTIONAL : 0)
  out.int32(messages.length - 1)
  out.int64(first)
  out.int64(last)
  out.room(8)
  out.at = out.bytes.writeBigInt64BE(id, out.at)
  out.int16(producerEpoch)
  out.int32(firstSequence)
  out.int32(messages.length)
  let offset = 0
  for (const message of messages) {
    const later = timeOf(message) - first
    const put = (bytes: Buffer, from: number, to: number): void => {
      out.number(1 + sizeOfNumber(later) + sizeOfNumber(offset) + to - from)
      out.int8(0)
      out.number(later)
      out.number(offset)
      out.part(bytes, from, to)
      offset += 1
    }
    if (message instanceof Packed) message.forEach(put)
    else {
      writeMessage(message)
      put(one.bytes, 0, one.at)
    }
  }
  const { bytes, at } = out
  bytes.writeInt32BE(at - lengthAt - 4, lengthAt)
  bytes.writeUInt32BE(crc32c(bytes, crcAt + 4, at), crcAt)
}

/** Key, value and headers. */
const writeMessage = ({ key = null, value, headers = {} }: WrittenMessage): void => {
  one.at = 0
  one.sized(key)
  one.sized(value)
  const named = Object.entries(headers)
  one.number(named.length)
  for (const [name, text] of named) {
    if (typeof text !== 'string' && !Buffer.isBuffer(text))
      throw new UnwritableHeaderError(`header ${name} is neither a text nor bytes`)
    one.sized(name)
    one.sized(text)
  }
}
