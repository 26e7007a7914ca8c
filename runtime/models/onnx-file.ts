/** What an ONNX file of ours says: its trees, node by node, and what it tells of itself. Throws {@link ModelFileError}. */

import { bytesOf, fieldsOf, numbersOf, textsOf, type Field } from './protobuf.ts'

/** A model file that cannot be used; the message says why. */
export class ModelFileError extends Error {
  override name = 'ModelFileError'
}

/** Numbers and texts of a TreeEnsembleRegressor, by attribute. */
export interface Ensemble {
  ints(name: string): readonly number[]
  floats(name: string): readonly number[]
  texts(name: string): readonly string[]
}
export interface OnnxFile {
  readonly ensemble: Ensemble
  /** Its own properties, such as name, version and features. */
  readonly about: Readonly<Record<string, string>>
  /** The bytes of all that it computes. */
  readonly graph: Uint8Array
}

/** Field numbers of onnx.proto: ModelProto, GraphProto, NodeProto, AttributeProto, StringStringEntryProto. */
const MODEL = { graph: 7, properties: 14 } as const
const GRAPH = { node: 1 } as const
const NODE = { operator: 4, attribute: 5 } as const
const ATTRIBUTE = { name: 1, floats: 7, ints: 8, texts: 9 } as const
const ENTRY = { key: 1, value: 2 } as const

export const readOnnx = (bytes: Uint8Array): OnnxFile => {
  try {
    const model = fieldsOf(bytes)
    const [graph = new Uint8Array()] = bytesOf(model, MODEL.graph)
    const nodes = bytesOf(fieldsOf(graph), GRAPH.node).map(fieldsOf)
    const trees = nodes.filter(
      (node) => textsOf(node, NODE.operator)[0] === 'TreeEnsembleRegressor',
    )
    if (trees.length !== 1 || trees[0] === undefined)
      throw new ModelFileError('it holds no trees, or not ours alone')
    return { ensemble: ensembleOf(trees[0]), about: aboutOf(model), graph }
  } catch (error) {
    if (error instanceof RangeError) throw new ModelFileError(`not an ONNX file: ${error.message}`)
    throw error
  }
}

const aboutOf = (model: readonly Field[]): Record<string, string> =>
  Object.fromEntries(
    bytesOf(model, MODEL.properties)
      .map(fieldsOf)
      .map((entry) => [textsOf(entry, ENTRY.key)[0] ?? '', textsOf(entry, ENTRY.value)[0] ?? '']),
  )

const ensembleOf = (node: readonly Field[]): Ensemble => {
  const attributes = new Map(
    bytesOf(node, NODE.attribute)
      .map(fieldsOf)
      .map((fields) => [textsOf(fields, ATTRIBUTE.name)[0] ?? '', fields] as const),
  )
  const of = (name: string): readonly Field[] => attributes.get(name) ?? []
  return {
    ints: (name) => numbersOf(of(name), ATTRIBUTE.ints, 'int'),
    floats: (name) => numbersOf(of(name), ATTRIBUTE.floats, 'float'),
    texts: (name) => textsOf(of(name), ATTRIBUTE.texts),
  }
}
