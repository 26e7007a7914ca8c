/** `stopline train`: from recorded CI to a model with its card, put into service where it is better. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { currentOf, promote, versionFolder } from '../../runtime/models/registry.ts'
import { EXIT, textOption, UsageError, type Command, type Invocation } from '../command.ts'
import { MODELS_OPTION, modelsFolder } from '../models.ts'
import { writeFeatureTable } from '../train/feature-table.ts'
import { trained } from '../train/python.ts'
import { verdictOn, type TrainedScores } from '../train/verdict.ts'

const NAME = 'stopping'

export const train: Command = {
  name: 'train',
  takes: 'stopping DIR...',
  minArguments: 2,
  maxArguments: 50,
  summary: 'fit a model on recorded CI, score it, and put it into service where it is better',
  help: `Replays each folder through the pipeline, which writes down what it would ask a model; fits boosted trees on the first
70 % in time of each set (Python, pinned in training/requirements.lock), scores them on the rest and on sets left out, and
writes <models>/stopping/<version>/{model.onnx, features.json, scores.json, card.md}. It goes into service only where its
lead over the formula and over the model in service, on data later than both, is shown (docs/models.md).`,
  options: {
    models: MODELS_OPTION,
    table: { type: 'string', value: 'DIR', doc: 'Keep the training table there.' },
    'leave-out': {
      type: 'string',
      value: 'SET,...',
      doc: 'Sets that take no part in the fit; the model is not put into service.',
    },
    quick: { type: 'boolean', doc: 'Without the scores of models that a set was left out of.' },
  },
  run: async (invocation) => {
    const { positionals, signal } = invocation
    const [name, ...folders] = positionals
    if (name !== NAME) throw new UsageError(`train knows the model ${NAME}, not '${name ?? ''}'`)
    const kept = textOption(invocation, 'table')
    const table =
      kept === undefined ? mkdtempSync(join(tmpdir(), 'stopline-train-')) : resolve(kept)
    try {
      await writeFeatureTable(folders, table, signal)
      await fitAndJudge(invocation, table)
    } finally {
      if (kept === undefined) rmSync(table, { recursive: true, force: true })
    }
    return EXIT.ok
  },
}

const fitAndJudge = async (invocation: Invocation, table: string): Promise<void> => {
  const models = resolve(modelsFolder(invocation))
  const current = currentOf(models, NAME)
  const leaveOut = textOption(invocation, 'leave-out')?.split(',') ?? []
  const options = ['--table', table, '--out', join(models, NAME)]
  if (current !== null) options.push('--in-service', versionFolder(models, NAME, current.version))
  if (leaveOut.length > 0) options.push('--leave-out', ...leaveOut)
  if (invocation.values['quick'] === true) options.push('--quick')
  const { version } = (await trained('stopping.py', options, invocation.signal)) as {
    version: string
  }
  const folder = versionFolder(models, NAME, version)
  const scores = JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8')) as TrainedScores
  const { isBetter, reason } = verdictOn(scores)
  const isPromoted = isBetter && leaveOut.length === 0
  if (isPromoted) promote(models, NAME, version)
  process.stdout.write(
    `${NAME} ${version}: ${isPromoted ? 'now in service' : 'not put into service'}; ${reason}\n  ${folder}\n`,
  )
}
