/** Finds a model for a request, and says in the words of the error table why there is none. */

import { CodedError } from '../../runtime/errors.ts'
import { ModelFileError } from '../../runtime/models/onnx-file.ts'
import type { ServedModels, ServedVersion } from '../../runtime/models/serving.ts'

/** A request carries so many rows at most: some 50 ms of one core. */
export const MAX_ROWS = 10_000
/** Of a request with rows. */
export const MODEL_BODY_BYTES = 8 * 1024 * 1024

/** Throws `not-found` where nobody knows it, `model-unavailable` where it cannot be used. */
export const findVersion = (
  models: ServedModels | undefined,
  name: string,
  version?: string,
): ServedVersion => {
  const status = models?.status(name)
  if (models === undefined || status === undefined)
    throw new CodedError('not-found', `there is no model ${name}`)
  const found = usable(models, name, version)
  if (found !== undefined) return found
  if (version !== undefined) throw new CodedError('not-found', `${name} has no version ${version}`)
  throw new CodedError('model-unavailable', `${name}: ${status.problem ?? 'nothing is in service'}`)
}

/** Undefined where there is none. Throws `model-unavailable` where its file is of no use. */
const usable = (models: ServedModels, name: string, version?: string) =>
  read(name, () => models.version(name, version))

/** What is told of a version. Throws `not-found` where there is none, `model-unavailable` where a file of it is of no use. */
export const findAbout = (models: ServedModels | undefined, name: string, version: string) => {
  const about = read(name, () => models?.about(name, version))
  if (about === undefined)
    throw new CodedError('not-found', `there is no version ${version} of a model ${name}`)
  return about
}

const read = <T>(name: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error
    throw new CodedError('model-unavailable', `${name}: ${error.message}`)
  }
}

/** Throws `model-unavailable` where one that is in service cannot be asked; one that was never promoted is none of these. */
export const checkInService = (models: ServedModels | undefined): void => {
  if (models === undefined) return
  for (const name of models.names) usable(models, name)
}
