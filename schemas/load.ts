import { readFileSync } from 'node:fs'
import type { SchemaName } from './names.ts'

/** Reads the .avsc files beside this module, once, as plain JSON schemas. */

/** A parsed Avro schema file. */
export interface AvroField {
  readonly name: string
  readonly type: unknown
  readonly doc: string
  readonly default?: unknown
}
export interface AvroSchema {
  readonly type: 'record'
  readonly name: string
  readonly namespace: string
  readonly doc: string
  readonly fields: readonly AvroField[]
}

const avsc = (text: Buffer): AvroSchema => JSON.parse(text.toString('utf8')) as AvroSchema

/** The schema of one record, as its file says it. */
export const schemaOf = (name: SchemaName): AvroSchema =>
  avsc(readFileSync(new URL(`avro/${name}.avsc`, import.meta.url)))
