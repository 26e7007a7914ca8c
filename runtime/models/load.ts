/** Loads a model that a version's folder holds, and refuses one that does not say what it said when it was made. */

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
  try {
    const file = JSON.parse(readFileSync(join(folder, 'features.json'), 'utf8')) as FeatureFile
    if (Array.isArray(file.features) && Array.isArray(file.checks)) return file
  } catch (error) {
    throw new ModelFileError(`features.json: ${String(error)}`)
  }
  throw new ModelFileError('features.json names no features and no checks')
}

/**
 * The model of a folder, which must ask for exactly these features. Throws {@link ModelFileError} where it is missing, of
 * another make, asks for other features, or answers otherwise than when it was made.
 */
export const loadModel = (folder: string, features: readonly string[]): Model => {
  const file = readFeatureFile(folder)
  const { ensemble, about } = readOnnx(bytesOf(join(folder, 'model.onnx')))
  if (about['version'] !== file.version)
    throw new ModelFileError(
      `model.onnx is version ${about['version'] ?? 'unknown'}, features.json ${file.version}`,
    )
  if (about['features'] === undefined || !isSame(JSON.parse(about['features']), features))
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
const isSame = (told: unknown, names: readonly string[]): boolean =>
  Array.isArray(told) && told.length === names.length && names.every((name, i) => told[i] === name)
