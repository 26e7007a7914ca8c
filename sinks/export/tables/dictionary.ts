/** The data dictionary, from the schemas: every column with its type, its meaning and its unit. Pure. */

import { schemaOf } from '../../../schemas/load.ts'
import { TOPICS, type TopicName } from '../../../schemas/topics.ts'
import { columnsOf } from './columns.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

export const dictionaryOf = (topics: readonly TopicName[]): string =>
  [
    '# Data dictionary',
    '',
    'One folder a topic, partitioned by day (UTC, of `observedAt`) and source. What is nested is JSON in Parquet. `source` demo',
    'is simulated. Made from the schemas by `stopline export`.',
    ...topics.flatMap((topic) => [
      ...['', `## ${topic}`, '', `${TOPICS[topic].doc} ${schemaOf(TOPICS[topic].schema).doc}`, ''],
      ...['| column | type | may be empty | what |', '| --- | --- | --- | --- |'],
      ...columnsOf(topic).map(
        ({ name, type, isNullable, doc }) =>
          `| ${name} | ${type} | ${isNullable ? 'yes' : 'no'} | ${cell(doc)} |`,
      ),
    ]),
    '',
  ].join('\n')
