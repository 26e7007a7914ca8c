/**
 * Committed versions of the schemas, which every later one must read and be read by. `node test/support/schema-versions.ts`
 * adds a version for each schema that has changed; with `--reset`, before a first release, it starts again at 1.
 * Nothing has been released yet, so all are at 1.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import avro from 'avsc'
import { schemaOf, type AvroSchema } from '../../schemas/load.ts'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/names.ts'

const FOLDER = join(import.meta.dirname, '../golden/schemas')

/** Committed versions of a schema, oldest first. */
export const versionsOf = (name: SchemaName): AvroSchema[] =>
  readdirSync(FOLDER)
    .filter((file) => new RegExp(`^${name}\\.v\\d+\\.avsc$`).test(file))
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as AvroSchema)
const numberOf = (file: string): number => Number(/\.v(\d+)\./.exec(file)?.[1])

const typeOf = (schema: AvroSchema): avro.Type =>
  avro.Type.forSchema(schema as never, { registry: {}, logicalTypes: {}, wrapUnions: false })
const canRead = (reader: AvroSchema, writer: AvroSchema): string | null => {
  try {
    typeOf(reader).createResolver(typeOf(writer))
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** Why records of one version cannot be read with the other, in either direction (FULL); null where they can. */
export const incompatibility = (older: AvroSchema, newer: AvroSchema): string | null => {
  const [backward, forward] = [canRead(newer, older), canRead(older, newer)]
  if (backward !== null) return `the new version cannot read the old one: ${backward}`
  return forward === null ? null : `the old version cannot read the new one: ${forward}`
}

/** True where the newest committed version is the schema as it is now. */
export const isCommitted = (name: SchemaName): boolean =>
  isDeepStrictEqual(versionsOf(name).at(-1), schemaOf(name))

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--reset')) rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  for (const name of SCHEMA_NAMES.filter((each) => !isCommitted(each))) {
    const file = `${name}.v${versionsOf(name).length + 1}.avsc`
    writeFileSync(join(FOLDER, file), `${JSON.stringify(schemaOf(name), null, 2)}\n`)
    console.log(`added ${file}`)
  }
}
