/** THE table of formats that a partition can be written in. */

import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import avro from 'avsc'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { schemaOf } from '../../../schemas/load.ts'
import { TOPICS, type RecordOf, type TopicName } from '../../../schemas/topics.ts'
import { cellOf, columnsOf } from './columns.ts'

type Rows = readonly RecordOf<TopicName>[]
interface Format {
  readonly extension: string
  readonly write: (path: string, topic: TopicName, rows: Rows) => Promise<void>
}

const writeParquet = async (path: string, topic: TopicName, rows: Rows): Promise<void> => {
  const columnData = columnsOf(topic).map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.isNullable,
    data: rows.map((row) =>
      cellOf(column, (row as unknown as Record<string, unknown>)[column.name]),
    ),
  }))
  const kvMetadata = [{ key: 'stopline.topic', value: topic }]
  await writeFile(path, Buffer.from(parquetWriteBuffer({ columnData, kvMetadata })))
}

/** An Avro object container: it carries the schema that the topic has. */
const writeAvro = async (path: string, topic: TopicName, rows: Rows): Promise<void> => {
  const type = avro.Type.forSchema(schemaOf(TOPICS[topic].schema) as never, {
    ...{ registry: {}, logicalTypes: {}, wrapUnions: false },
  })
  const encoder = new avro.streams.BlockEncoder(type, { codec: 'deflate' })
  const file = encoder.pipe(createWriteStream(path))
  for (const row of rows) encoder.write(row)
  encoder.end()
  await finished(file)
}

export const FORMATS = {
  parquet: { extension: 'parquet', write: writeParquet },
  avro: { extension: 'avro', write: writeAvro },
} as const satisfies Readonly<Record<string, Format>>
export type FormatName = keyof typeof FORMATS
