/** `stopline models`: what is in service, and how to change it. */

import {
  loadModels,
  currentOf,
  promote,
  rollBack,
  versionsOf,
} from '../../runtime/models/registry.ts'
import { EXIT, JSON_OPTION, UsageError, type Command } from '../command.ts'
import { MODEL_FEATURES, MODELS_OPTION, modelsFolder } from '../models.ts'

export const models: Command = {
  name: 'models',
  takes: '[promote NAME VERSION | rollback NAME]',
  minArguments: 0,
  maxArguments: 3,
  summary: 'show models and their versions; put one into service, or return to the one before',
  help: `Without arguments it lists each model, its versions, and why one is not used. promote puts a version into service,
rollback returns to the one before, or to the formula where there was none. A process takes up what is in service when it starts.`,
  options: { models: MODELS_OPTION, json: JSON_OPTION },
  run: (invocation) => {
    const folder = modelsFolder(invocation)
    const [act, name = '', version = ''] = invocation.positionals
    if (act === 'promote') promote(folder, name, version)
    else if (act === 'rollback') rollBack(folder, name)
    else if (act !== undefined)
      throw new UsageError(`models knows promote and rollback, not '${act}'`)
    const listed = listModels(folder)
    process.stdout.write(
      invocation.values['json'] === true
        ? `${JSON.stringify(listed)}\n`
        : listed.map(line).join(''),
    )
    return Promise.resolve(EXIT.ok)
  },
}

interface Listed {
  readonly name: string
  readonly inService: string | null
  readonly versions: readonly string[]
  /** Why what is in service is not used, null where it is. */
  readonly problem: string | null
}
const listModels = (folder: string): Listed[] => {
  const { problems } = loadModels(folder, MODEL_FEATURES)
  return Object.keys(MODEL_FEATURES).map((name) => {
    const problem = problems.find((each) => each.name === name)
    return {
      name,
      inService: problem === undefined ? (currentOf(folder, name)?.version ?? null) : null,
      versions: versionsOf(folder, name),
      problem: problem?.reason ?? null,
    }
  })
}
const line = ({ name, inService, versions, problem }: Listed): string =>
  [
    `${name}: ${inService === null ? `not used: ${problem ?? 'unknown'}` : `${inService} in service`}\n`,
    ...versions.map((version) => `  ${version === inService ? '*' : ' '} ${version}\n`),
  ].join('')
