/** docs/topics.md, written from the topic table and the schema files. */

import { format } from 'prettier'
import { TOPOLOGY } from '../../processors/topology.ts'
import { schemaOf } from '../../schemas/load.ts'
import { TOPIC_NAMES, TOPICS, type TopicName } from '../../schemas/topics.ts'

const DAY_MS = 86_400_000
const cell = (text: string): string => text.replaceAll('|', '\\|')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

const kept = (topic: TopicName): string => {
  const { retentionMs } = TOPICS[topic]
  return retentionMs === null ? 'newest record of each key' : `${retentionMs / DAY_MS} days`
}
const FROM_PRODUCERS = [
  'ci.run-events.v1',
  'ci.test-results.v1',
  'ci.pull-events.v1',
  'ci.issue-events.v1',
  'ci.tab-states.v1',
  'ci.cluster-states.v1',
  'ci.log-excerpts.v1',
  'ci.source-states.v1',
]
/** Written by what stands beside the pipeline. */
const FROM_BESIDE: Partial<Record<TopicName, string>> = {
  'ci.alert-settings.v1': 'whoever starts it, from the configuration',
  'ci.incident-commands.v1': 'the API',
  'ci.acts.v1': 'the acting sink',
  'ci.dead-letters.v1': 'whatever refuses a record',
}
const writersOf = (topic: TopicName): string => {
  if (FROM_PRODUCERS.includes(topic)) return 'producers'
  const beside = FROM_BESIDE[topic]
  if (beside !== undefined) return beside
  const writers = TOPOLOGY.filter(({ outputs }) => outputs.includes(topic)).map(({ name }) => name)
  return writers.length === 0 ? 'nothing yet' : writers.join(', ')
}

/** Schemas as people read them: `string or null`, `list of double`. */
const typeOf = (type: unknown): string => {
  if (typeof type === 'string') return type.split('.').at(-1) ?? type
  if (Array.isArray(type)) return type.map(typeOf).reverse().join(' or ')
  const part = type as Record<string, unknown>
  if (part['logicalType'] === 'timestamp-millis') return 'time in ms'
  switch (part['type']) {
    case 'array':
      return `list of ${typeOf(part['items'])}`
    case 'map':
      return `map of ${typeOf(part['values'])}`
    case 'enum':
      return (part['symbols'] as string[]).join(', ')
    case 'record':
      return String(part['name'])
    default:
      return typeOf(part['type'])
  }
}

const sectionOf = (topic: TopicName): string => {
  const row = TOPICS[topic]
  const { fields } = schemaOf(row.schema)
  return [
    `## \`${topic}\``,
    `${row.doc} Key: ${row.keyDoc}. Schema: \`schemas/avro/${row.schema}.avsc\`.`,
    table(
      ['field', 'type', 'meaning'],
      fields.map(({ name, type, doc }) => [`\`${name}\``, typeOf(type), doc]),
    ),
  ].join('\n\n')
}

/** The whole page, formatted as the rest of the project. */
export const topicsPage = (): Promise<string> =>
  format(
    [
      '# Topics',
      'Everything that is said between the parts of Stopline is a record on one of these topics, in Avro and the ' +
        'Confluent wire format. Anyone may subscribe. `stopline tail TOPIC` prints one. Written from `schemas/topics.ts`.',
      table(
        ['topic', 'key', 'what', 'kept', 'written by'],
        TOPIC_NAMES.map((topic) => [
          `\`${topic}\``,
          TOPICS[topic].keyDoc,
          TOPICS[topic].doc,
          kept(topic),
          writersOf(topic),
        ]),
      ),
      ...TOPIC_NAMES.map(sectionOf),
    ].join('\n\n'),
    { parser: 'markdown', printWidth: 100 },
  )
