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
  try {
    const found = models.version(name, version)
    if (found !== undefined) return found
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error
    throw new CodedError('model-unavailable', `${name}: ${error.message}`)
  }
  if (version !== undefined) throw new CodedError('not-found', `${name} has no version ${version}`)
  throw new CodedError('model-unavailable', `${name}: ${status.problem ?? 'nothing is in service'}`)
}
