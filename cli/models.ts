/** Which models the pipeline asks, and where they lie. */

import { join } from 'node:path'
import { FEATURE_NAMES } from '../processors/stopping/features.ts'
import { loadModels, type LoadedModels } from '../runtime/models/registry.ts'
import { textOption, type Invocation, type OptionRow } from './command.ts'

/** THE table of models: the features that the program makes for each. */
export const MODEL_FEATURES: Readonly<Record<string, readonly string[]>> = {
  stopping: FEATURE_NAMES,
}
const SHIPPED = join(import.meta.dirname, '..', 'models')
const NONE: LoadedModels = { models: {}, problems: [] }

export const MODELS_OPTION: OptionRow = {
  type: 'string',
  value: 'DIR',
  doc: 'Folder of models (else STOPLINE_MODELS, else the shipped ones); none goes by the formulas alone.',
}

export const modelsFolder = (invocation: Invocation): string =>
  textOption(invocation, 'models') ?? process.env['STOPLINE_MODELS'] ?? SHIPPED

/** Loads the models in service, and says on standard error what was left out and why. */
export const modelsOf = (invocation: Invocation): LoadedModels => {
  const folder = modelsFolder(invocation)
  if (folder === 'none') return NONE
  const loaded = loadModels(folder, MODEL_FEATURES)
  for (const { name, version, reason } of loaded.problems)
    process.stderr.write(
      `model ${name}${version === null ? '' : ` ${version}`} is not used: ${reason}; forecasts go by the formula\n`,
    )
  return loaded
}
