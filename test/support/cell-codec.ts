/** The codec of a processor's cell, made as the engine makes it. */

import avro from 'avsc'
import type { CellSchemas } from '../../processors/processor.ts'

const codecs = new WeakMap<CellSchemas, Map<string, avro.Type>>()

/** Codec of a cell named `kind` or `kind/<rest>`. Throws where the processor declares no such kind. */
export const cellCodec = (schemas: CellSchemas, cell: string): avro.Type => {
  const [kind = ''] = cell.split('/')
  const known = codecs.get(schemas) ?? new Map<string, avro.Type>()
  codecs.set(schemas, known)
  const schema = schemas[kind]
  if (schema === undefined) throw new Error(`no cell kind ${kind}`)
  const type =
    known.get(kind) ??
    avro.Type.forSchema(schema as never, { registry: {}, logicalTypes: {}, wrapUnions: false })
  known.set(kind, type)
  return type
}
