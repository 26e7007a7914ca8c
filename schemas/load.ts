import { readFileSync } from 'node:fs'

/** Reads the .avsc files beside this module, once, as plain JSON schemas. */

/** Names of the record schemas; each is one file `avro/<name>.avsc`. */
export const SCHEMA_NAMES = [
  'run-event',
  'test-result',
  'pull-event',
  'run',
  'signal',
  'forecast',
  'decision',
  'score',
  'job-profile',
  'pool-outcome',
  'prior',
  'kpi',
  'kpi-partial',
  'measure',
  'incident',
  'merge-forecast',
  'failure-kind',
  'dead-letter',
] as const
export type SchemaName = (typeof SCHEMA_NAMES)[number]

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
