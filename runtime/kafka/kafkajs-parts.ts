/**
 * Puts parts of ours in the place of those of kafkajs, before it is loaded: the grouping of messages by partition (as released
 * it copies the whole group for each message, and knows no {@link Packed} ones), how partitions join a transaction, where its coordinators are, the writing of produce requests, their frame, the
 * reading of fetched batches, and how connections end.
 * The package is pinned; `test/cluster` and `test/unit/kafka-batches.test.ts` notice what moves.
 */

import { createRequire } from 'node:module'
import type { Message } from 'kafkajs'
import { readBatches, type Decompress } from './batch-reading.ts'
import { writeProduce, type ProduceRequest } from './batch-writing.ts'
import type { FetchedMessage } from './client-parts.ts'
import { endingConnection, type ConnectionClass } from './kafkajs-connection.ts'
import { Group, type Packed } from './packed.ts'

const require = createRequire(import.meta.url)

interface Encoder {
  readonly buf: Buffer
  readonly buffer: Buffer
  readonly offset: number
  readonly size: () => number
}
interface Decoder {
  readonly buffer: Buffer
  readonly offset: number
  readInt32(): number
  canReadBytes(length: number): boolean
  readBytes(length: number): Buffer
}
interface Codec {
  decompress(bytes: Buffer): Promise<Buffer>
}
type WriteRequest = (request: ProduceRequest & { readonly compression?: number }) => {
  readonly encode: () => Promise<Encoder>
}

const replace = <T>(file: string, by: (original: T) => T): void => {
  const path = require.resolve(`kafkajs/src/${file}`)
  const original = require(path) as T
  const loaded = require.cache[path]
  if (loaded === undefined) throw new Error(`kafkajs has no ${file}`)
  loaded.exports = by(original)
}

interface Grouping {
  readonly topic: string
  readonly partitionMetadata: unknown
  readonly messages: readonly (Message | Packed)[]
  readonly partitioner: (of: object) => number
}
const linearGrouping = ({ topic, partitionMetadata, messages, partitioner }: Grouping): object => {
  const groups: Record<number, Group<Message>> = {}
  for (const message of messages)
    (groups[partitioner({ topic, partitionMetadata, message })] ??= new Group()).add(message)
  return groups
}

/** Topics and partitions, as the protocol groups them. */
export type Joins = readonly {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number }[]
}[]
interface MessageProducer {
  readonly sendBatch: (batch: { readonly joins?: Joins }) => Promise<unknown>
}
type CreateMessageProducer = (of: {
  readonly eosManager: { addPartitionsToTransaction(joins: Joins): Promise<void> }
}) => MessageProducer
/** A batch of `joins` sends nothing: it adds all these partitions to the transaction at once, where kafkajs adds those of each batch. */
const joining =
  (original: CreateMessageProducer): CreateMessageProducer =>
  (of) => {
    const made = original(of)
    return {
      ...made,
      sendBatch: (batch) =>
        batch.joins === undefined
          ? made.sendBatch(batch)
          : of.eosManager.addPartitionsToTransaction(batch.joins),
    }
  }

interface Finding {
  readonly findGroupCoordinator: (of: {
    readonly groupId: string
    readonly coordinatorType?: number
  }) => Promise<unknown>
}
interface Eos {
  readonly initProducerId: () => Promise<void>
}
type CreateEos = (of: { readonly cluster: Finding }) => Eos
/**
 * Coordinators are asked for once in an epoch of a writer, where kafkajs asks before each request to one, three times in a transaction. One that
 * has moved refuses, and after any error the writer is thrown away.
 */
const remembering =
  (original: CreateEos): CreateEos =>
  (of) => {
    const found = new Map<string, Promise<unknown>>()
    const findGroupCoordinator: Finding['findGroupCoordinator'] = (which) => {
      const name = `${which.coordinatorType ?? 0} ${which.groupId}`
      const known = found.get(name) ?? of.cluster.findGroupCoordinator(which)
      found.set(name, known)
      return known
    }
    const cluster = Object.create(of.cluster, {
      findGroupCoordinator: { value: findGroupCoordinator },
    }) as Finding
    const made = original({ ...of, cluster })
    return {
      ...made,
      initProducerId: () => {
        found.clear()
        return made.initProducerId()
      },
    }
  }

/** The same with messages as kafkajs writes them: what is compressed is never packed. */
const inArrays = (request: ProduceRequest): ProduceRequest => ({
  ...request,
  topicData: request.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((of) => ({ ...of, messages: [...of.messages] })),
  })),
})

interface Request {
  readonly correlationId: number
  readonly clientId: string
  readonly request: {
    readonly apiKey: number
    readonly apiVersion: number
    readonly encode: () => Promise<{ readonly buffer: Buffer }>
  }
}
const LENGTH_BYTES = 4
const HEAD_BYTES = 10

/** A request with its length and head before it, copied once: kafkajs copies it twice, into room that it clears before. */
const framed = async ({ correlationId, clientId, request }: Request): Promise<Encoder> => {
  const { buffer } = await request.encode()
  const begin = LENGTH_BYTES + HEAD_BYTES + Buffer.byteLength(clientId)
  const bytes = Buffer.allocUnsafe(begin + buffer.length)
  bytes.writeInt32BE(bytes.length - LENGTH_BYTES, 0)
  bytes.writeInt16BE(request.apiKey, 4)
  bytes.writeInt16BE(request.apiVersion, 6)
  bytes.writeInt32BE(correlationId, 8)
  bytes.writeInt16BE(begin - LENGTH_BYTES - HEAD_BYTES, 12)
  bytes.write(clientId, 14)
  buffer.copy(bytes, begin)
  return encoderOf(bytes)
}

/** Where the format is named in the first batch of an answer. */
const FORMAT_AT = 16
const OUR_FORMAT = 2

/** To be called before kafkajs is loaded: its parts find each other as they are loaded. */
export const replaceParts = (): void => {
  replace<typeof linearGrouping>('producer/groupMessagesPerPartition.js', () => linearGrouping)
  replace<CreateMessageProducer>('producer/messageProducer.js', joining)
  replace<CreateEos>('producer/eosManager/index.js', remembering)
  const { lookupCodecByAttributes } = require('kafkajs/src/protocol/message/compression') as {
    lookupCodecByAttributes: (attributes: number) => Codec | null
  }
  const decompress: Decompress = (attributes, bytes) =>
    lookupCodecByAttributes(attributes)?.decompress(bytes) ?? null
  replace('protocol/request.js', () => framed)
  // Version 3 writes what all later ones send.
  replace<WriteRequest>('protocol/requests/produce/v3/request.js', (original) => (request) => {
    if ((request.compression ?? 0) !== 0) return original(inArrays(request))
    return {
      ...original(request),
      encode: () => Promise.resolve(encoderOf(writeProduce(request, Date.now()))),
    }
  })
  type ReadMessages = (decoder: Decoder) => Promise<FetchedMessage[]>
  replace<ReadMessages>(
    'protocol/requests/fetch/v4/decodeMessages.js',
    (original) => async (decoder) => {
      const size = decoder.buffer.readInt32BE(decoder.offset)
      const format = decoder.buffer[decoder.offset + 4 + FORMAT_AT]
      if (size > FORMAT_AT && format !== OUR_FORMAT) return original(decoder)
      decoder.readInt32()
      if (size <= 0 || !decoder.canReadBytes(size)) return []
      return readBatches(decoder.readBytes(size), decompress)
    },
  )
  // The last: it loads others.
  const { KafkaJSConnectionClosedError } = require('kafkajs/src/errors') as {
    KafkaJSConnectionClosedError: new (message: string, of: object) => Error
  }
  replace<ConnectionClass>('network/connection.js', (original) =>
    endingConnection(original, KafkaJSConnectionClosedError),
  )
}

/** What kafkajs takes for one of its encoders: bytes, and how many of them count. */
const encoderOf = (bytes: Buffer): Encoder => ({
  buf: bytes,
  buffer: bytes,
  offset: bytes.length,
  size: () => bytes.length,
})
