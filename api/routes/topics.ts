/** The open data itself: topics, their records, their schemas. */

import { CodedError } from '../../runtime/errors.ts'
import type { LogRecord } from '../../runtime/ports.ts'
import { schemaOf } from '../../schemas/load.ts'
import { SCHEMA_NAMES } from '../../schemas/names.ts'
import { TOPIC_NAMES, TOPICS, type TopicName } from '../../schemas/topics.ts'
import type { ApiDeps } from '../deps.ts'
import { integer, listOf, nullable, object, text } from '../json-schema.ts'
import { endOf } from '../position.ts'
import { decodeCursor, encodeCursor, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { route } from '../route.ts'
import { isDemo } from './params.ts'

const topics = route({
  path: '/v1/topics',
  tag: 'data',
  summary: 'Every topic with its key, schema and retention',
  isAlways: true,
  data: listOf(
    object({
      topic: { type: 'string', enum: TOPIC_NAMES },
      doc: text('What it holds.'),
      key: text('What its records are keyed by.'),
      schema: { type: 'string', enum: SCHEMA_NAMES },
      cleanup: { type: 'string', enum: ['delete', 'compact'] },
      retentionMs: nullable(integer('How long a record is kept. Unit: milliseconds.')),
      endOffset: integer(
        'Where it ends, its partitions added up: records ever published, and on Kafka a mark for each commit; where the topic has one partition, the next offset.',
      ),
    }),
  ),
  handle: ({ log }) => ({
    data: JSON.stringify(
      TOPIC_NAMES.map((topic) => {
        const { doc, keyDoc, schema, cleanup, retentionMs } = TOPICS[topic]
        const endOffset = endOf(log, topic)
        return { topic, doc, key: keyDoc, schema, cleanup, retentionMs, endOffset }
      }),
    ),
    isSimulated: false,
  }),
})

/** JSON of a record; bytes are base64. */
const recordJson = (record: object | null): string =>
  JSON.stringify(record, (_name, value: unknown) => {
    const bytes = value as { type?: unknown; data?: unknown } | null
    return bytes?.type === 'Buffer' && Array.isArray(bytes.data)
      ? Buffer.from(bytes.data as number[]).toString('base64')
      : value
  })

const isSimulatedRecord = ({ record }: LogRecord): boolean =>
  record !== null &&
  (isDemo(record as { source: string }) || (record as { simulated?: boolean }).simulated === true)

/** The position in a cursor. Throws `invalid-cursor`. */
const positionIn = (cursor: string, partitions: number): number[] => {
  const value = decodeCursor(cursor)
  if (Array.isArray(value) && value.length === partitions && value.every(Number.isSafeInteger))
    return value as number[]
  throw new CodedError('invalid-cursor', 'the cursor is one of another list')
}

const readRecords = async ({ log }: ApiDeps, topic: TopicName, from: number[], limit: number) => {
  const records: LogRecord[] = []
  const position = [...from]
  for await (const record of log.read(topic, from)) {
    if (records.length === limit) return { records, next: encodeCursor(position) }
    records.push(record)
    position[record.partition ?? 0] = record.offset + 1
  }
  return { records, next: null }
}

const records = route<{ topic: TopicName }, PageQuery & { from?: number }>({
  path: '/v1/topics/:topic/records',
  tag: 'data',
  summary: 'Records of a topic in the order of the log',
  isAlways: true,
  description:
    'From the earliest kept, or from an offset; one partition after the other. Compacted topics give the newest record of each key.',
  params: { topic: { type: 'string', enum: TOPIC_NAMES, description: 'Topic.' } },
  query: {
    ...PAGE_QUERY,
    from: { type: 'integer', minimum: 0, description: 'First offset to give, in every partition.' },
  },
  data: listOf(
    object({
      partition: integer('Partition of the topic.'),
      offset: integer('Position in the partition.'),
      key: text('Key of the record.'),
      at: integer('Pipeline time. Unit: milliseconds since the epoch.'),
      record: {
        type: ['object', 'null'],
        description: 'As the schema of the topic says; bytes are base64; null deletes the key.',
      },
    }),
  ),
  isPaged: true,
  handle: async (deps, { topic }, { limit, cursor, from = 0 }) => {
    const ends = deps.log.ends(topic)
    const start = cursor === undefined ? ends.map(() => from) : positionIn(cursor, ends.length)
    const found = await readRecords(deps, topic, start, limit)
    const rows = found.records.map(
      ({ partition = 0, offset, key, at, record }) =>
        `{"partition":${partition},"offset":${offset},"key":${JSON.stringify(key)},"at":${at},"record":${recordJson(record)}}`,
    )
    const isSimulated = found.records.some(isSimulatedRecord)
    return { data: `[${rows.join()}]`, isSimulated, next: found.next }
  },
})

const schemas = route({
  path: '/v1/schemas',
  tag: 'data',
  summary: 'The Avro schema of every record',
  isAlways: true,
  data: listOf(
    object({
      schema: { type: 'string', enum: SCHEMA_NAMES },
      avro: { type: 'object', description: 'The Avro schema.' },
    }),
  ),
  handle: () => ({
    data: JSON.stringify(SCHEMA_NAMES.map((schema) => ({ schema, avro: schemaOf(schema) }))),
    isSimulated: false,
  }),
})

export const TOPIC_ROUTES = [topics, records, schemas]
