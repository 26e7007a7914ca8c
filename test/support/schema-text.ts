/** TypeScript text of Avro schemas, and whether the compiler finds two sets of types equal. */

import { join } from 'node:path'
import ts from 'typescript'
import { schemaOf } from '../../schemas/load.ts'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/names.ts'

type Avro = string | readonly Avro[] | { readonly type: Avro; readonly [more: string]: unknown }
const ROOT = join(import.meta.dirname, '../..')
const PRIMITIVES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
}

/** The type a schema stands for, written out; `named` collects named types for later references. */
const textOf = (schema: Avro, named: Map<string, string>): string => {
  if (typeof schema === 'string') return PRIMITIVES[schema] ?? known(schema, named)
  if (Array.isArray(schema)) return schema.map((each: Avro) => textOf(each, named)).join(' | ')
  const { type, ...more } = schema as Exclude<Avro, string | readonly Avro[]>
  const name = String(more['name'])
  switch (type) {
    case 'array':
      return `(${textOf(more['items'] as Avro, named)})[]`
    case 'map':
      return `Record<string, ${textOf(more['values'] as Avro, named)}>`
    case 'enum':
      return remember(named, name, (more['symbols'] as string[]).map((s) => `'${s}'`).join(' | '))
    case 'record': {
      const fields = more['fields'] as readonly { name: string; type: Avro }[]
      const body = fields.map((field) => `${field.name}: ${textOf(field.type, named)}`)
      return remember(named, name, `{ ${body.join('; ')} }`)
    }
    default:
      return textOf(type, named)
  }
}
const remember = (named: Map<string, string>, name: string, text: string): string => {
  named.set(name, text)
  return text
}
const known = (name: string, named: ReadonlyMap<string, string>): string => {
  const text = named.get(name.split('.').at(-1) ?? name)
  if (text === undefined) throw new Error(`unknown type ${name}`)
  return text
}

const typeTextOf = (name: SchemaName): string =>
  textOf(schemaOf(name) as unknown as Avro, new Map())

/**
 * Names of schemas whose TypeScript type is not the one its .avsc stands for, by the compiler. Two types are equal where
 * no type can tell them apart, optional and read-only fields included. `change` may alter the text of a schema's type.
 */
export const unequalTypes = (
  change: (text: string, name: SchemaName) => string = (text) => text,
): SchemaName[] => {
  const lines = SCHEMA_NAMES.map(
    (name) =>
      `export const _${name.replace(/-/g, '_')}: Equal<Records['${name}'], ${change(typeTextOf(name), name)}> = true`,
  )
  const text = [
    `import type { Records } from './events.ts'`,
    'type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false',
    ...lines,
  ].join('\n')
  const failed = errorLines(join(ROOT, 'schemas/types-of-avsc.ts'), text)
  const unexpected = failed.filter(({ code }) => code !== NOT_ASSIGNABLE)
  if (unexpected.length > 0) throw new Error(unexpected.map(({ message }) => message).join('\n'))
  return failed.flatMap(({ line }) => SCHEMA_NAMES[line - 2] ?? [])
}
const NOT_ASSIGNABLE = 2322

/** Errors of a file that is nowhere on disk. */
const errorLines = (file: string, text: string) => {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const onDisk = { ...host }
  host.fileExists = (path) => path === file || onDisk.fileExists(path)
  host.getSourceFile = (path, ...rest) =>
    path === file
      ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2024)
      : onDisk.getSourceFile(path, ...rest)
  const program = ts.createProgram([file], options, host)
  const source = program.getSourceFile(file)
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].map(({ code, start = 0, messageText }) => ({
    code,
    line: source?.getLineAndCharacterOfPosition(start).line ?? -1,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }))
}
