/** The columns of a topic, from its Avro schema: what is nested is told as JSON text. Pure. */

import { schemaOf, type AvroField } from '../../../schemas/load.ts'
import { TOPICS, type TopicName } from '../../../schemas/topics.ts'

type ColumnType = 'STRING' | 'DOUBLE' | 'INT32' | 'INT64' | 'BOOLEAN' | 'TIMESTAMP' | 'JSON'
export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly isNullable: boolean
  readonly doc: string
}

const PRIMITIVES: Readonly<Record<string, ColumnType>> = {
  string: 'STRING',
  double: 'DOUBLE',
  float: 'DOUBLE',
  int: 'INT32',
  long: 'INT64',
  boolean: 'BOOLEAN',
}
/** Names of the enums of a schema: a second field of the same type has the name alone. */
const enumsIn = (type: unknown): string[] => {
  if (Array.isArray(type)) return type.flatMap(enumsIn)
  if (typeof type !== 'object' || type === null) return []
  const { type: inner, name } = type as { type?: unknown; name?: string }
  return inner === 'enum' && name !== undefined ? [name] : []
}
const typeOf = (type: unknown, enums: ReadonlySet<string>): ColumnType => {
  if (typeof type === 'string') return PRIMITIVES[type] ?? (enums.has(type) ? 'STRING' : 'JSON')
  const { type: inner, logicalType } = type as { type?: string; logicalType?: string }
  if (logicalType === 'timestamp-millis') return 'TIMESTAMP'
  if (inner === 'enum') return 'STRING'
  return PRIMITIVES[inner ?? ''] ?? 'JSON'
}
const columnOf = ({ name, type, doc }: AvroField, enums: ReadonlySet<string>): Column => {
  const branches = (Array.isArray(type) ? type : [type]) as unknown[]
  const others = branches.filter((branch) => branch !== 'null')
  return {
    name,
    type: others.length === 1 ? typeOf(others[0], enums) : 'JSON',
    isNullable: others.length < branches.length,
    doc,
  }
}
export const columnsOf = (topic: TopicName): readonly Column[] => {
  const { fields } = schemaOf(TOPICS[topic].schema)
  const enums = new Set(fields.flatMap(({ type }) => enumsIn(type)))
  return fields.map((field) => columnOf(field, enums))
}

/** A field as its column holds it. Longs are exact; bytes inside of JSON are base64. */
export const cellOf = ({ type }: Column, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  switch (type) {
    case 'INT64':
      return BigInt(Math.trunc(value as number))
    case 'TIMESTAMP':
      return new Date(value as number)
    case 'JSON':
      return Buffer.isBuffer(value) ? value.toString('base64') : value
    default:
      return value
  }
}
