/** `stopline topics` and `stopline schemas`: what is said, and in which shape. */

import { readFileSync } from 'node:fs'
import { asyncApi } from '../../schemas/asyncapi.ts'
import { schemaOf } from '../../schemas/load.ts'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/names.ts'
import { TOPICS } from '../../schemas/topics.ts'
import { EXIT, JSON_OPTION, UsageError, type Command } from '../command.ts'

const DAY_MS = 86_400_000
const keptText = (retentionMs: number | null): string =>
  retentionMs === null ? 'newest per key' : `${retentionMs / DAY_MS} days`

const ownVersion = (): string =>
  (
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
  ).version

export const topics: Command = {
  name: 'topics',
  takes: '',
  minArguments: 0,
  maxArguments: 0,
  summary: 'list the topics anyone may subscribe to',
  help: 'Lists every topic with its key, its record schema and how long it is kept.',
  options: {
    json: JSON_OPTION,
    asyncapi: { type: 'boolean', doc: 'Print them as an AsyncAPI 3 document (JSON).' },
  },
  run: ({ values }) => {
    if (values['asyncapi'] === true) {
      process.stdout.write(`${JSON.stringify(asyncApi(ownVersion()), null, 2)}\n`)
      return Promise.resolve(EXIT.ok)
    }
    const rows = Object.entries(TOPICS).map(([topic, row]) => ({
      topic,
      key: row.keyDoc,
      schema: row.schema,
      kept: keptText(row.retentionMs),
      partitions: row.partitions,
      doc: row.doc,
    }))
    if (values['json'] === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    else
      for (const { topic, key, schema, kept, doc } of rows)
        process.stdout.write(
          `${topic.padEnd(24)} ${schema.padEnd(15)} ${kept.padEnd(15)} [${key}]\n  ${doc}\n`,
        )
    return Promise.resolve(EXIT.ok)
  },
}

export const schemas: Command = {
  name: 'schemas',
  takes: '[NAME]',
  minArguments: 0,
  maxArguments: 1,
  summary: 'print record schemas (Avro)',
  help: `Without NAME lists every record and its fields; with NAME prints that schema as it is registered (.avsc).`,
  options: { json: JSON_OPTION },
  run: (invocation) => {
    const [name] = invocation.positionals
    if (name === undefined) printAll(invocation.values['json'] === true)
    else if (!SCHEMA_NAMES.includes(name as SchemaName))
      throw new UsageError(`there is no schema '${name}'; known: ${SCHEMA_NAMES.join(', ')}`)
    else process.stdout.write(`${JSON.stringify(schemaOf(name as SchemaName), null, 2)}\n`)
    return Promise.resolve(EXIT.ok)
  },
}

const printAll = (asJson: boolean): void => {
  const all = SCHEMA_NAMES.map(schemaOf)
  if (asJson) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`)
  else
    for (const { name, doc, fields } of all)
      process.stdout.write(
        `${name}: ${doc}\n${fields.map((field) => `  ${field.name.padEnd(22)} ${field.doc}\n`).join('')}\n`,
      )
}
