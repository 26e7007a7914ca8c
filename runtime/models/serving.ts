/**
 * Models as the API serves them: what is in service, any other version by name, what is said of each. The very trees that
 * the pipeline walks answer, so that what is asked here equals what was forecast there, bit for bit.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Model } from '../../processors/processor.ts'
import { loadModel, readFeatureFile, type FeatureFile } from './load.ts'
import { ModelFileError } from './onnx-file.ts'
import { currentOf, versionFolder, versionsOf } from './registry.ts'

/** What a model of this name is made of and answers. */
interface ModelRow {
  readonly doc: string
  readonly features: readonly string[]
  /** Figures made of features and score, the score among them. */
  readonly outputs: readonly string[]
  readonly outputsOf: (features: Float32Array, score: number) => readonly number[]
}
export type ModelTable = Readonly<Record<string, ModelRow>>

export interface ModelStatus {
  readonly name: string
  readonly doc: string
  readonly inService: string | null
  /** Why the one that should be in service is not; null where it is. */
  readonly problem: string | null
  readonly versions: readonly string[]
}
interface VersionAbout {
  readonly features: FeatureFile['features']
  /** What its training wrote of it; null where it is missing. */
  readonly card: string | null
  readonly scores: unknown
}
export interface ServedVersion {
  readonly name: string
  readonly version: string
  readonly row: ModelRow
  readonly model: Model
}
export interface ServedModels {
  readonly names: readonly string[]
  status(name: string): ModelStatus | undefined
  /** A version, or the one in service. Undefined where there is none; throws {@link ModelFileError} where it is of no use. */
  version(name: string, version?: string): ServedVersion | undefined
  about(name: string, version: string): VersionAbout | undefined
}

/** Versions kept ready beside those in service. */
const MAX_LOADED = 8

export const servedModels = (folder: string, table: ModelTable): ServedModels => {
  const loaded = new Map<string, Model>()
  const load = (name: string, version: string, row: ModelRow): Model => {
    const id = `${name}/${version}`
    const known = loaded.get(id) ?? loadModel(versionFolder(folder, name, version), row.features)
    loaded.delete(id)
    loaded.set(id, known)
    const [oldest] = loaded.keys()
    if (loaded.size > MAX_LOADED && oldest !== undefined) loaded.delete(oldest)
    return known
  }
  const rowOf = (name: string): ModelRow | undefined =>
    Object.hasOwn(table, name) ? table[name] : undefined
  const version = (name: string, wanted?: string): ServedVersion | undefined => {
    const row = rowOf(name)
    const found = wanted ?? (row === undefined ? undefined : currentOf(folder, name)?.version)
    if (row === undefined || found === undefined) return undefined
    if (!versionsOf(folder, name).includes(found)) return undefined
    return { name, version: found, row, model: load(name, found, row) }
  }
  return {
    names: Object.keys(table),
    version,
    status: (name) => {
      const row = rowOf(name)
      if (row === undefined) return undefined
      const { inService, problem } = serviceOf(() => version(name))
      return { name, doc: row.doc, inService, problem, versions: versionsOf(folder, name) }
    },
    about: (name, wanted) => {
      if (rowOf(name) === undefined || !versionsOf(folder, name).includes(wanted)) return undefined
      const inside = versionFolder(folder, name, wanted)
      return {
        features: readFeatureFile(inside).features,
        card: textOf(join(inside, 'card.md')),
        scores: jsonOf(join(inside, 'scores.json')),
      }
    },
  }
}

const serviceOf = (
  find: () => ServedVersion | undefined,
): Pick<ModelStatus, 'inService' | 'problem'> => {
  try {
    const found = find()
    return found === undefined
      ? { inService: null, problem: 'no version of it is in service' }
      : { inService: found.version, problem: null }
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error
    return { inService: null, problem: error.message }
  }
}
const textOf = (path: string): string | null =>
  existsSync(path) ? readFileSync(path, 'utf8') : null

const jsonOf = (path: string): unknown => {
  const text = textOf(path)
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    throw new ModelFileError(`${path} is no JSON: train this version again`)
  }
}

/** Rows one after the other, each of as many features as the model asks for; `NaN` is unknown. Gives outputs row by row. */
export const predict = ({ row, model }: ServedVersion, features: Float32Array): number[][] => {
  const width = row.features.length
  return Array.from({ length: features.length / width }, (_, i) => {
    const one = features.subarray(i * width, (i + 1) * width)
    return [...row.outputsOf(one, model.score(one, {}))]
  })
}
