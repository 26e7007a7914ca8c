/**
 * The folder of models: `<name>/<version>/{model.onnx, features.json, scores.json, card.md}`, and `<name>/current.json`, which
 * says what is in service and what was before it. What is in service changes by renaming a file: never half.
 */

import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Model, Models } from '../../processors/processor.ts'
import { loadModel } from './load.ts'
import { ModelFileError } from './onnx-file.ts'

/** What is in service, and what was before it, newest first. */
export interface Current {
  readonly version: string
  readonly before: readonly string[]
}
/** A model that was left out, and why. */
interface ModelProblem {
  readonly name: string
  readonly version: string | null
  readonly reason: string
}
export interface LoadedModels {
  readonly models: Models
  readonly problems: readonly ModelProblem[]
}

/** Names and versions are names of folders: nothing that leads elsewhere. */
const NAME = /^[a-z0-9][a-z0-9.-]*$/
const CURRENT = 'current.json'
/** Versions that a roll-back can return to. */
const MAX_BEFORE = 20

export const modelNames = (folder: string): string[] =>
  foldersIn(folder).filter((name) => existsSync(join(folder, name, CURRENT)))
/** Versions of a model, in order of name: they begin with the day their data ends. */
export const versionsOf = (folder: string, name: string): string[] =>
  NAME.test(name) ? foldersIn(join(folder, name)) : []
export const versionFolder = (folder: string, name: string, version: string): string =>
  join(folder, name, version)

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
        .map(({ name }) => name)
        .sort()
    : []

/** Null where no version is in service. Throws {@link ModelFileError} where the file says nothing of use. */
export const currentOf = (folder: string, name: string): Current | null => {
  const path = join(folder, name, CURRENT)
  if (!existsSync(path)) return null
  const { version, before } = parsed(path)
  if (typeof version !== 'string' || !NAME.test(version) || !Array.isArray(before))
    throw new ModelFileError(`${CURRENT} names no version`)
  return { version, before: before.filter((each): each is string => typeof each === 'string') }
}
const parsed = (path: string): { version?: unknown; before?: unknown } => {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as object | null) ?? {}
  } catch (error) {
    throw new ModelFileError(`${CURRENT}: ${String(error)}`)
  }
}

/** Puts a version into service. Throws {@link ModelFileError} where there is no such version. */
export const promote = (folder: string, name: string, version: string): Current => {
  if (!versionsOf(folder, name).includes(version))
    throw new ModelFileError(`${name} has no version ${version}`)
  const now = currentOf(folder, name)
  if (now?.version === version) return now
  const before = now === null ? [] : [now.version, ...now.before].slice(0, MAX_BEFORE)
  return written(folder, name, { version, before })
}

/** Returns to the version before, or to none: null. Throws {@link ModelFileError} where nothing is in service. */
export const rollBack = (folder: string, name: string): Current | null => {
  const now = currentOf(folder, name)
  if (now === null) throw new ModelFileError(`nothing of ${name} is in service`)
  const [version, ...before] = now.before
  if (version !== undefined) return written(folder, name, { version, before })
  rmSync(join(folder, name, CURRENT))
  return null
}

const written = (folder: string, name: string, current: Current): Current => {
  const path = join(folder, name, CURRENT)
  writeFileSync(`${path}.new`, `${JSON.stringify(current, null, 2)}\n`)
  renameSync(`${path}.new`, path)
  return current
}

/** Loads what is in service. What cannot be used is left out and told of: the pipeline goes on with its formulas. */
export const loadModels = (
  folder: string,
  features: Readonly<Record<string, readonly string[]>>,
): LoadedModels => {
  const models: Record<string, Model> = {}
  const problems: ModelProblem[] = []
  for (const [name, wanted] of Object.entries(features)) {
    let version: string | null = null
    try {
      version = currentOf(folder, name)?.version ?? null
      if (version === null) throw new ModelFileError('no version of it is in service')
      models[name] = loadModel(versionFolder(folder, name, version), wanted)
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error
      problems.push({ name, version, reason: error.message })
    }
  }
  return { models, problems }
}
