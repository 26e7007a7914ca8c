/** Which models the pipeline asks, and where they lie. */

import { basename, join, resolve } from 'node:path'
import { FEATURE_NAMES as LINE_FEATURES } from '../processors/failure-kind/features.ts'
import { moveOf } from '../processors/failure-kind/judge.ts'
import { FEATURE_NAMES } from '../processors/stopping/features.ts'
import { limited, TRAINED_NAMES } from '../processors/merge-time/trained.ts'
import { refined } from '../processors/stopping/model.ts'
import type { Model, Models } from '../processors/processor.ts'
import { unseen } from '../runtime/models/fitted.ts'
import { ModelFileError } from '../runtime/models/onnx-file.ts'
import {
  loadModels,
  versionFolder,
  versionsOf,
  type LoadedModels,
} from '../runtime/models/registry.ts'
import { servedModels, type ModelTable, type ServedModels } from '../runtime/models/serving.ts'
import { textOption, type Invocation, type OptionRow } from './command.ts'

/** THE table of models: the features that the program makes for each, and what their answers come to. */
export const MODEL_TABLE: ModelTable = {
  stopping: {
    doc: 'Log odds to fail that are added to what the plain formula says of a running run.',
    features: FEATURE_NAMES,
    outputs: ['score', 'probability'],
    outputsOf: (features, score) => [score, refined(features[0] ?? 0, score)],
  },
  'merge-time': {
    doc: 'Log time to merge that is added to what the plain formula expects of a pull request.',
    features: TRAINED_NAMES,
    outputs: ['score', 'logSeconds'],
    outputsOf: (features, score) => [score, (features[0] ?? 0) + limited(score)],
  },
  'failure-kind': {
    doc: 'What is added to the score of a line of a log, so that the one that tells the cause comes first.',
    features: LINE_FEATURES,
    outputs: ['score', 'move'],
    outputsOf: (_features, score) => [score, moveOf(score)],
  },
}
export const MODEL_FEATURES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(MODEL_TABLE).map(([name, { features }]) => [name, features]),
)
const SHIPPED = join(import.meta.dirname, '..', 'models')
const NONE: LoadedModels = { models: {}, problems: [] }

export const MODELS_OPTION: OptionRow = {
  type: 'string',
  value: 'DIR',
  doc: 'Folder of models (else STOPLINE_MODELS, else the shipped ones); none goes by the formulas alone.',
}

export const modelsFolder = (invocation: Invocation): string =>
  textOption(invocation, 'models') ?? process.env['STOPLINE_MODELS'] ?? SHIPPED

/** Models for the API: versions are read as they are asked for. */
export const modelsToServe = (invocation: Invocation): ServedModels =>
  servedModels(modelsFolder(invocation), MODEL_TABLE)

/** Loads the models in service, and says on standard error what was left out and why. */
export const modelsOf = (invocation: Invocation): LoadedModels => {
  const folder = modelsFolder(invocation)
  if (folder === 'none') return NONE
  const loaded = loadModels(folder, MODEL_FEATURES)
  for (const { name, version, reason } of loaded.problems) {
    // Versions of which none is in service: nobody awaits one, `stopline models` tells of them.
    if (version === null && versionsOf(folder, name).length > 0) continue
    sayUnused(name, version, reason)
  }
  return loaded
}

const sayUnused = (name: string, version: string | null, reason: string): void => {
  process.stderr.write(
    `model ${name}${version === null ? '' : ` ${version}`} is not used: ${reason}; the plain formulas go on\n`,
  )
}

/**
 * The models in service as a back-test of these folders may ask them: of nothing that they were fitted on. A set is known by the
 * name of its folder. One whose scores.json cannot be read is left out, and told of as by {@link modelsOf}.
 */
export const unseenModelsOf = (invocation: Invocation, folders: readonly string[]): Models => {
  const replayed = new Set(folders.map((folder) => basename(resolve(folder))))
  const models: Record<string, Model> = {}
  for (const [name, model] of Object.entries(modelsOf(invocation).models))
    try {
      const folder = versionFolder(modelsFolder(invocation), name, model.version)
      models[name] = unseen(model, folder, replayed)
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error
      sayUnused(name, model.version, error.message)
    }
  return models
}
