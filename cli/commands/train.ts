/** `stopline train`: from recorded CI, or from what was heard, to a model put into service where it is better. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadModel } from '../../runtime/models/load.ts'
import { currentOf, promote, versionFolder } from '../../runtime/models/registry.ts'
import { clusterSettings } from '../cluster/settings.ts'
import {
  EXIT,
  numberOption,
  STORE_OPTION,
  textOption,
  UsageError,
  type Command,
  type Invocation,
} from '../command.ts'
import { MODEL_FEATURES, MODELS_OPTION, modelsFolder } from '../models.ts'
import { existingStore } from '../store-folder.ts'
import { trained } from '../train/python.ts'
import { archiveSet, storeSet, topicsSet, type TrainingSet } from '../train/sets.ts'
import { TRAINERS } from '../train/trainers.ts'
import { verdictOn, type TrainedScores } from '../train/verdict.ts'

const HOUR_MS = 3_600_000

export const train: Command = {
  name: 'train',
  takes: 'MODEL [DIR...]',
  minArguments: 1,
  maxArguments: 50,
  summary: 'fit a model on recorded CI, score it, and put it into service where it is better',
  help: `MODEL is ${Object.keys(TRAINERS).join(' or ')}. Replays each folder, or what was heard, through the pipeline, which
writes down what it would ask a model; fits boosted trees on the first 70 % in time of each set (Python, pinned in
training/requirements.lock), scores them on the rest, and writes
<models>/MODEL/<version>/{model.onnx, features.json, scores.json, card.md}. It goes into service only where its lead over the
formula and over the model in service, on data later than both, is shown (docs/models.md).`,
  options: {
    models: MODELS_OPTION,
    from: {
      type: 'string',
      value: 'DIR',
      doc: 'Folder of recorded CI, or topics: what the store of --store has heard; without --store, where STOPLINE_KAFKA_BROKERS is set, what the topics on Kafka hold.',
    },
    store: STORE_OPTION,
    every: {
      type: 'string',
      value: 'HOURS',
      doc: 'Train again and again, so many hours apart, until stopped.',
    },
    table: { type: 'string', value: 'DIR', doc: 'Keep the training table there.' },
    'leave-out': {
      type: 'string',
      value: 'SET,...',
      doc: 'Sets that take no part in the fit; the model is not put into service.',
    },
    quick: { type: 'boolean', doc: 'Without the scores of models that a set was left out of.' },
  },
  run: async (invocation) => {
    const [name = ''] = invocation.positionals
    if (!Object.hasOwn(TRAINERS, name))
      throw new UsageError(`train knows ${Object.keys(TRAINERS).join(' and ')}, not '${name}'`)
    const sets = setsOf(invocation)
    const hours = numberOption(invocation, 'every', 0, [0, 24 * 365])
    do {
      await trainOnce(invocation, name, sets).catch((error: unknown) => {
        // A schedule outlives one bad day: what is in service stays.
        if (hours === 0) throw error
        if (!invocation.signal.aborted)
          process.stderr.write(`${name}: not trained: ${String(error)}\n`)
      })
      if (hours > 0) await sleep(hours * HOUR_MS, undefined, invocation).catch(() => undefined)
    } while (hours > 0 && !invocation.signal.aborted)
    return EXIT.ok
  },
}

const setsOf = (invocation: Invocation): readonly TrainingSet[] => {
  const from = textOption(invocation, 'from')
  const folders = [...invocation.positionals.slice(1), ...(from === undefined ? [] : [from])]
  if (folders.length === 0)
    throw new UsageError('name folders of recorded CI, or --from topics --store DIR')
  return folders.map((each) => (each === 'topics' ? heardSet(invocation) : archiveSet(each)))
}
const heardSet = (invocation: Invocation): TrainingSet =>
  invocation.values['store'] === undefined && process.env['STOPLINE_KAFKA_BROKERS'] !== undefined
    ? topicsSet(clusterSettings())
    : storeSet(existingStore(invocation))

const trainOnce = async (
  invocation: Invocation,
  name: string,
  sets: readonly TrainingSet[],
): Promise<void> => {
  const kept = textOption(invocation, 'table')
  const table = kept === undefined ? mkdtempSync(join(tmpdir(), 'stopline-train-')) : resolve(kept)
  try {
    await TRAINERS[name]?.writeTable(sets, table, invocation.signal)
    await fitAndJudge(invocation, name, table)
  } finally {
    if (kept === undefined) rmSync(table, { recursive: true, force: true })
  }
}

const fitAndJudge = async (invocation: Invocation, name: string, table: string): Promise<void> => {
  const models = resolve(modelsFolder(invocation))
  const current = currentOf(models, name)
  const leaveOut = textOption(invocation, 'leave-out')?.split(',') ?? []
  const options = ['--table', table, '--out', join(models, name)]
  if (current !== null) options.push('--in-service', versionFolder(models, name, current.version))
  if (leaveOut.length > 0) options.push('--leave-out', ...leaveOut)
  if (invocation.values['quick'] === true) options.push('--quick')
  const script = TRAINERS[name]?.script ?? ''
  const { version } = (await trained(script, options, invocation.signal)) as { version: string }
  const folder = versionFolder(models, name, version)
  const scores = JSON.parse(readFileSync(join(folder, 'scores.json'), 'utf8')) as TrainedScores
  // What was made must answer here as it answered there.
  loadModel(folder, MODEL_FEATURES[name] ?? [])
  const { isBetter, reason } = verdictOn(scores)
  const isPromoted = isBetter && leaveOut.length === 0
  if (isPromoted) promote(models, name, version)
  process.stdout.write(
    `${name} ${version}: ${isPromoted ? 'now in service' : 'not put into service'}; ${reason}\n  ${folder}\n`,
  )
}
