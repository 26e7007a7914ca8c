/** JSON Schemas of the records, made from their Avro schemas, so that OpenAPI says what the topics say. */

import { schemaOf, type AvroField } from '../schemas/load.ts'
import { SCHEMA_NAMES, type SchemaName } from '../schemas/names.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const PRIMITIVES: Readonly<Record<string, JsonSchema>> = {
  string: { type: 'string' },
  int: { type: 'integer' },
  long: { type: 'integer' },
  float: { type: 'number' },
  double: { type: 'number' },
  boolean: { type: 'boolean' },
  null: { type: 'null' },
  bytes: { type: 'string', contentEncoding: 'base64' },
}

/** Named Avro types met so far in one schema file: Avro defines a name once and refers to it later. */
type Names = Map<string, JsonSchema>

/** The JSON Schema of one Avro type. Throws on a kind of type the records do not use. */
const ofType = (type: unknown, names: Names): JsonSchema => {
  if (typeof type === 'string') {
    const named = PRIMITIVES[type] ?? names.get(type)
    if (named === undefined) throw new Error(`no JSON Schema for the Avro type ${type}`)
    return named
  }
  if (Array.isArray(type)) return ofUnion(type, names)
  const complex = type as Record<string, unknown>
  const schema = ofComplex(complex, names)
  if (typeof complex['name'] === 'string') names.set(complex['name'], schema)
  return schema
}

const ofComplex = (
  { type, symbols, items, values, fields, doc }: Record<string, unknown>,
  names: Names,
): JsonSchema => {
  switch (type) {
    case 'enum':
      return { type: 'string', enum: symbols }
    case 'array':
      return { type: 'array', items: ofType(items, names) }
    case 'map':
      return { type: 'object', additionalProperties: ofType(values, names) }
    case 'record':
      return ofRecord(fields as AvroField[], names, doc as string | undefined)
    default:
      return ofType(type, names)
  }
}

const ofUnion = (types: readonly unknown[], names: Names): JsonSchema => {
  const branches = types.map((type) => ofType(type, names))
  const isPlain = branches.every((branch) => Object.keys(branch).join() === 'type')
  return isPlain ? { type: branches.map((branch) => branch['type']) } : { anyOf: branches }
}

const ofRecord = (fields: readonly AvroField[], names: Names, doc?: string): JsonSchema => ({
  type: 'object',
  ...(doc === undefined ? {} : { description: doc }),
  required: fields.map(({ name }) => name),
  additionalProperties: false,
  properties: Object.fromEntries(
    fields.map((field) => [field.name, { ...ofType(field.type, names), description: field.doc }]),
  ),
})

/** The schema of a record under its own name, such as `Run`. */
const recordSchema = (schema: SchemaName): JsonSchema & { readonly $id: string } => {
  const { name: id, fields, doc } = schemaOf(schema)
  return { $id: id, title: id, ...ofRecord(fields, new Map(), doc) }
}

/** Schemas of all records, to be shared by routes. */
export const RECORD_SCHEMAS = SCHEMA_NAMES.map(recordSchema)

/** Refers to a shared schema. */
export const ref = (id: string): JsonSchema => ({ $ref: `${id}#` })
export const nullable = (schema: JsonSchema): JsonSchema => ({
  anyOf: [schema, { type: 'null' }],
})
export const listOf = (schema: JsonSchema): JsonSchema => ({ type: 'array', items: schema })
/** An object with exactly these properties, all of them there. */
export const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
})
/** A record's schema with only the fields to keep, and others beside them. */
export const recordWith = (
  name: SchemaName,
  keep: (field: string) => boolean,
  extra: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema => {
  const all = ofRecord(schemaOf(name).fields, new Map())['properties'] as Record<string, JsonSchema>
  const kept = Object.entries(all).filter(([field]) => keep(field))
  return object({ ...Object.fromEntries(kept), ...extra })
}

export const text = (description: string): JsonSchema => ({ type: 'string', description })
export const integer = (description: string): JsonSchema => ({ type: 'integer', description })
export const number = (description: string): JsonSchema => ({ type: 'number', description })
export const numberOrNull = (description: string): JsonSchema => ({
  type: ['number', 'null'],
  description,
})
export const flag = (description: string): JsonSchema => ({ type: 'boolean', description })

/** A share of counted things with its interval, as `ratio` of schemas/measures.ts makes it. */
export const RATIO = object({
  value: numberOrNull('The share; null of none. Unit: ratio 0..1.'),
  numerator: integer('Things counted.'),
  denominator: integer('Of so many.'),
  low: numberOrNull('Lower end of the 95 % interval.'),
  high: numberOrNull('Upper end of the 95 % interval.'),
})
