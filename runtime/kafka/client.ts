/**
 * The one file that loads kafkajs. Some of its parts are replaced before, and of its inner parts only the cluster and the
 * logger are used: reading chosen partitions without a group is not to be had otherwise (docs/adr/0005).
 */

import { createRequire } from 'node:module'
import type { ConnectionOptions } from 'node:tls'
import type kafkajs from 'kafkajs'
import type { RetryOptions, SASLOptions } from 'kafkajs'
import type { Cluster, ClusterOptions } from './client-parts.ts'
import { LZ4, SNAPPY, ZSTD } from './codecs.ts'
import type { Connection, TlsSettings } from './connection.ts'
import { replaceParts } from './kafkajs-parts.ts'

const require = createRequire(import.meta.url)

replaceParts()
process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1' // every message names its partition

const {
  AssignerProtocol,
  Kafka,
  CompressionCodecs,
  CompressionTypes,
  ConfigResourceTypes,
  logLevel,
} = require('kafkajs') as typeof kafkajs
const InnerCluster = require('kafkajs/src/cluster') as new (options: object) => Cluster
const { createLogger } = require('kafkajs/src/loggers') as { createLogger: (of: object) => object }
const createSocketFactory = require('kafkajs/src/network/socketFactory') as () => object
export const COMPRESSIONS = CompressionTypes
export const MEMBER_METADATA = AssignerProtocol.MemberMetadata
export const MEMBER_ASSIGNMENT = AssignerProtocol.MemberAssignment
export const TOPIC_RESOURCE = ConfigResourceTypes.TOPIC

CompressionCodecs[CompressionTypes.Snappy] = () => SNAPPY
CompressionCodecs[CompressionTypes.LZ4] = () => LZ4
CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD

const READ_COMMITTED = 1
/** So long one answer is waited for. */
const REQUEST_TIMEOUT_MS = 15_000

/** Each client begins with another broker: one that never tries again would only ever ask the first, also while that is down. */
let turn = 0
const inTurn = (brokers: readonly string[]): string[] => {
  const first = turn % Math.max(1, brokers.length)
  turn += 1
  return [...brokers.slice(first), ...brokers.slice(0, first)]
}

const optionsOf = ({ brokers, clientId, tls, sasl }: Connection) => ({
  clientId,
  brokers: inTurn(brokers),
  ...(tls && { ssl: tlsOf(tls) }),
  ...(sasl && { sasl: { ...sasl } as SASLOptions }),
  connectionTimeout: 2_000,
  requestTimeout: REQUEST_TIMEOUT_MS,
})
const tlsOf = ({ ca, cert, key }: TlsSettings): ConnectionOptions => ({
  ...(ca !== null && { ca }),
  ...(cert !== null && { cert }),
  ...(key !== null && { key }),
})

/** A client that tries again: for administration and for what is repeated without harm. */
export const patientClient = (connection: Connection): kafkajs.Kafka =>
  new Kafka({
    ...optionsOf(connection),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 20, maxRetryTime: 1_000, retries: 20 },
  })

/** A client that never tries again by itself: nothing may be repeated inside a transaction. */
export const strictClient = (connection: Connection): kafkajs.Kafka =>
  new Kafka({ ...optionsOf(connection), logLevel: logLevel.NOTHING, retry: { retries: 0 } })

/** Connections for reading committed records of chosen partitions. */
export const readingCluster = (connection: Connection): Cluster =>
  innerCluster(connection, { initialRetryTime: 20, maxRetryTime: 1_000, retries: 20 })

/** Connections of a member of a group, which tries again by itself. */
export const memberCluster = (connection: Connection): Cluster =>
  innerCluster(connection, { initialRetryTime: 20, maxRetryTime: 200, retries: 3 })

const innerCluster = (connection: Connection, retry: RetryOptions): Cluster => {
  const logCreator = () => () => undefined
  const options: ClusterOptions = {
    ...optionsOf(connection),
    logger: createLogger({ level: logLevel.NOTHING, logCreator }),
    socketFactory: createSocketFactory(),
    retry,
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    enforceRequestTimeout: true,
    isolationLevel: READ_COMMITTED,
  }
  return new InnerCluster(options)
}

/** The protocol's word for an error, also where it arrives wrapped; undefined where it has none. */
export const protocolWord = (error: unknown): string | undefined => {
  const { type, cause } = error as { type?: string; cause?: unknown }
  return type ?? (cause === undefined ? undefined : protocolWord(cause))
}
