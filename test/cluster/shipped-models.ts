/** The models that every process asks where it is told of no others: what is compared must ask the same. */

import { join } from 'node:path'
import { MODEL_FEATURES } from '../../cli/models.ts'
import type { Models } from '../../processors/processor.ts'
import { loadModels } from '../../runtime/models/registry.ts'

const SHIPPED = join(import.meta.dirname, '../../models')

/** Throws where none is in service: nothing would be compared. */
export const shippedModels = (): Models => {
  const { models, problems } = loadModels(SHIPPED, MODEL_FEATURES)
  if (Object.keys(models).length === 0)
    throw new Error(`no model of ${SHIPPED} is in service: ${JSON.stringify(problems)}`)
  return models
}
