/** The topics as an AsyncAPI 3 document, made from the topic table: what a subscriber's tools read. */

import { schemaOf, type AvroSchema } from './load.ts'
import { TOPIC_NAMES, TOPICS, type TopicName, type TopicRow } from './topics.ts'

/** Topics that anyone may write who hears CI; Stopline reads them. The others it writes alone. */
const HEARD_TOPICS: readonly TopicName[] = [
  'ci.run-events.v1',
  'ci.test-results.v1',
  'ci.pull-events.v1',
  'ci.issue-events.v1',
  'ci.tab-states.v1',
  'ci.cluster-states.v1',
]

export const AVRO_FORMAT = 'application/vnd.apache.avro;version=1.9.0'
const KAFKA_BINDING = '0.5.0'

const HEADERS = {
  type: 'object',
  properties: {
    from: {
      type: 'string',
      description: 'Who wrote the record: `task/partition`, or `outside` for what was heard.',
    },
    at: {
      type: 'string',
      pattern: '^[0-9]+$',
      description:
        'Pipeline time of the record. Unit: milliseconds since the epoch. Without it, that of the records before it in the partition.',
    },
  },
}

const messageOf = (topic: TopicName): object => {
  const { schema, keyDoc, doc } = TOPICS[topic]
  const avro: AvroSchema = schemaOf(schema)
  return {
    name: avro.name,
    title: avro.name,
    summary: doc,
    contentType: 'application/vnd.apache.avro+binary',
    headers: HEADERS,
    payload: { schemaFormat: AVRO_FORMAT, schema: avro },
    bindings: {
      kafka: {
        key: { type: 'string', description: keyDoc },
        // Byte 0, the id as four bytes, then the body.
        schemaIdLocation: 'payload',
        schemaIdPayloadEncoding: 'confluent',
        schemaLookupStrategy: 'TopicIdStrategy',
        bindingVersion: KAFKA_BINDING,
      },
    },
  }
}

const channelOf = (topic: TopicName): object => {
  const { doc, cleanup, retentionMs, partitions } = TOPICS[topic] as TopicRow
  return {
    address: topic,
    description:
      `${doc} ${cleanup === 'compact' ? 'The newest record of each key is kept; a record without value deletes its key.' : ''}`.trim(),
    messages: { record: { $ref: `#/components/messages/${topic}` } },
    bindings: {
      kafka: {
        topic,
        partitions,
        topicConfiguration: {
          'cleanup.policy': [cleanup],
          ...(retentionMs !== null && { 'retention.ms': retentionMs }),
        },
        bindingVersion: KAFKA_BINDING,
      },
    },
  }
}

const operationOf = (action: 'send' | 'receive', topic: TopicName): [string, object] => [
  `${action} ${topic}`,
  {
    action,
    channel: { $ref: `#/channels/${topic}` },
    messages: [{ $ref: `#/channels/${topic}/messages/record` }],
    summary: action === 'send' ? 'Stopline writes it.' : 'Stopline reads what others write here.',
  },
]

type Each = (of: (topic: TopicName) => object) => Record<string, object>

/** Address and settings are those of an installation without a namespace. */
export const asyncApi = (version: string, topics: readonly TopicName[] = TOPIC_NAMES): object => {
  const each: Each = (of) => Object.fromEntries(topics.map((topic) => [topic, of(topic)]))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Stopline',
      version,
      description:
        'Forecasts, advice and KPIs for running CI, as records anyone may subscribe to. Read with isolation read_committed; each record has an eventId by which a repeat is known.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/vnd.apache.avro+binary',
    servers: {
      kafka: {
        host: '{brokers}',
        protocol: 'kafka',
        description: 'Brokers of the installation (STOPLINE_KAFKA_BROKERS).',
        variables: { brokers: { default: 'localhost:9092' } },
        bindings: {
          kafka: {
            schemaRegistryUrl: 'http://localhost:8081/apis/ccompat/v7',
            schemaRegistryVendor: 'confluent',
            bindingVersion: KAFKA_BINDING,
          },
        },
      },
    },
    channels: each(channelOf),
    operations: Object.fromEntries([
      ...HEARD_TOPICS.filter((topic) => topics.includes(topic)).map((topic) =>
        operationOf('receive', topic),
      ),
      ...topics.map((topic) => operationOf('send', topic)),
    ]),
    components: { messages: each(messageOf) },
  }
}
