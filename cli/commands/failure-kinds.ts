/** `stopline failure-kinds`: why logs say that their runs failed; on labelled sets, how often that is right. */

import { existsSync } from 'node:fs'
import type { Model } from '../../processors/processor.ts'
import { EXIT, JSON_OPTION, UsageError, type Command, type Invocation } from '../command.ts'
import { setOf } from '../failure-kinds/logs.ts'
import { judgeFile, logFiles, verdictText } from '../failure-kinds/name-files.ts'
import { scoreText } from '../failure-kinds/print.ts'
import { scoreSet } from '../failure-kinds/score-set.ts'
import { MODELS_OPTION, modelsOf } from '../models.ts'

export const failureKinds: Command = {
  name: 'failure-kinds',
  takes: 'DIR|FILE...',
  minArguments: 1,
  maxArguments: 1_000,
  summary: 'why logs say that their runs failed; scores on labelled sets',
  help: `A file, or each .log or .txt (or .gz) of a folder: its kind and the lines that decide it. A folder that holds one of the known
labelled sets, or your own (a list failure-logs.csv: docs/failure-kinds.md), is scored: macro F1 of the kinds, and how often a decisive line is the first shown, among the first 3, the first 20;
for all rules, for those that were not learned from that set, with the model in service, and beside the last 20 lines and grep.`,
  options: { models: MODELS_OPTION, json: JSON_OPTION },
  run: async (invocation) => {
    const isJson = invocation.values['json'] === true
    const model = modelsOf(invocation).models['failure-kind']
    let read = 0
    for (const path of invocation.positionals) {
      if (!existsSync(path)) throw new UsageError(`there is no file or folder ${path}`)
      const set = setOf(path)
      if (set === null) read += await nameFiles(path, isJson, model, invocation)
      else {
        const score = scoreSet(set, model)
        read += score.logs
        process.stdout.write(isJson ? `${JSON.stringify(score)}\n` : `${scoreText(score)}\n`)
      }
    }
    if (read > 0) return EXIT.ok
    process.stderr.write('no log was read: give a .log or .txt file, or a folder of them\n')
    return EXIT.nothingRead
  },
}

/** A log that cannot be read is told of, and the rest goes on. */
const nameFiles = async (
  path: string,
  isJson: boolean,
  model: Model | undefined,
  { signal }: Invocation,
): Promise<number> => {
  let read = 0
  for (const file of logFiles(path)) {
    signal.throwIfAborted()
    try {
      const verdict = await judgeFile(file, model)
      const { kind, cause, confidence } = verdict
      const lines = verdict.ranked.slice(0, 5).map(({ candidate, sign, score }) => ({
        ...candidate,
        ...{ sign, score },
      }))
      process.stdout.write(
        isJson
          ? `${JSON.stringify({ file, kind, cause, confidence, lines })}\n`
          : verdictText(file, verdict),
      )
      read += 1
    } catch (error) {
      process.stderr.write(`${file}: not read: ${(error as Error).message}\n`)
    }
  }
  return read
}
