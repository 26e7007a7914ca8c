/** The codec of a processor's cell, made as the engine makes it. */

import type avro from 'avsc'
import { avroType } from '../../schemas/avro-type.ts'
import type { CellSchemas } from '../../processors/processor.ts'

const codecs = new WeakMap<CellSchemas, Map<string, avro.Type>>()

/** Codec of a cell named `kind` or `kind/<rest>`. Throws where the processor declares no such kind. */
export const cellCodec = (schemas: CellSchemas, cell: string): avro.Type => {
  const [kind = ''] = cell.split('/')
  const known = codecs.get(schemas) ?? new Map<string, avro.Type>()
  codecs.set(schemas, known)
  const schema = schemas[kind]
  if (schema === undefined) throw new Error(`no cell kind ${kind}`)
  const type = known.get(kind) ?? avroType(schema)
  known.set(kind, type)
  return type
}
