/** Loads a model that a version's folder holds, and refuses one that does not say what it said when it was made. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '../../processors/processor.ts'
import { ModelFileError, readOnnx } from './onnx-file.ts'
import { scoreOf, treesOf } from './trees.ts'

/** `features.json` of a version. */
export interface FeatureFile {
  readonly name: string
  readonly version: string
  readonly features: readonly { readonly name: string; readonly doc: string }[]
  /** Rows with the answer to each; null is unknown. */
  readonly checks: readonly {
    readonly features: readonly (number | null)[]
    readonly score: number
  }[]
}

export const readFeatureFile = (folder: string): FeatureFile => {
  let file: unknown
  try {
    file = JSON.parse(readFileSync(join(folder, 'features.json'), 'utf8'))
  } catch (error) {
    throw new ModelFileError(`features.json: ${String(error)}`)
  }
  if (isFeatureFile(file)) return file
  throw new ModelFileError('features.json names no version, no features or no checks')
}
const isFeatureFile = (file: unknown): file is FeatureFile => {
  const { version, features, checks } = (file ?? {}) as Partial<Record<keyof FeatureFile, unknown>>
  return (
    typeof version === 'string' && isListOf(features, hasName) && isListOf(checks, hasRowAndScore)
  )
}
const isListOf = (list: unknown, isRight: (of: object) => boolean): boolean =>
  Array.isArray(list) &&
  list.length > 0 &&
  list.every((of: unknown) => typeof of === 'object' && of !== null && isRight(of))
const hasName = (of: { readonly name?: unknown }): boolean => typeof of.name === 'string'
const hasRowAndScore = (of: { readonly features?: unknown; readonly score?: unknown }): boolean =>
  typeof of.score === 'number' &&
  Array.isArray(of.features) &&
  of.features.every((value) => value === null || typeof value === 'number')

/**
 * The model of a folder, which must ask for exactly these features. Throws {@link ModelFileError} where it is missing, damaged, of
 * another make, asks for other features, or answers otherwise than when it was made.
 */
export const loadModel = (folder: string, features: readonly string[]): Model => {
  const file = readFeatureFile(folder)
  const { ensemble, about, graph } = readOnnx(bytesOf(join(folder, 'model.onnx')))
  if (about['version'] !== file.version)
    throw new ModelFileError(
      `model.onnx is version ${about['version'] ?? 'unknown'}, features.json ${file.version}`,
    )
  // A version ends with what its trees are: training/onnx_file.py.
  if (!file.version.endsWith(createHash('sha256').update(graph).digest('hex').slice(0, 8)))
    throw new ModelFileError(`model.onnx is damaged: its trees are not those of ${file.version}`)
  if (!isSame(listIn(about['features']), features))
    throw new ModelFileError('it asks for other features than this program makes')
  const trees = treesOf(ensemble, features.length)
  for (const check of file.checks) {
    const said = scoreOf(trees, rowOf(check.features))
    if (said !== Math.fround(check.score))
      throw new ModelFileError(`it says ${said} where it said ${check.score} when it was made`)
  }
  return { version: file.version, features, score: (row) => scoreOf(trees, row) }
}

export const rowOf = (features: readonly (number | null)[]): Float32Array =>
  Float32Array.from(features, (value) => value ?? NaN)

const bytesOf = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new ModelFileError(String(error))
  }
}
const listIn = (text = ''): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
const isSame = (told: unknown, names: readonly string[]): boolean =>
  Array.isArray(told) && told.length === names.length && names.every((name, i) => told[i] === name)
