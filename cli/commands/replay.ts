/** `stopline replay`: recorded CI through the whole pipeline into a store. */

import { problemLine, type ArchiveSummary } from '../../producers/archive/report.ts'
import { isRecording } from '../../producers/recording/folder.ts'
import { openRecording } from '../../producers/recording/recording.ts'
import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { TOPIC_NAMES } from '../../schemas/topics.ts'
import {
  EXIT,
  JSON_OPTION,
  numberOption,
  STORE_OPTION,
  UsageError,
  type Command,
  type Invocation,
} from '../command.ts'
import { archiveAt, REPLAY_SPEEDS, replayArchive, replayRecording } from '../feed.ts'
import { embeddedTarget } from '../live.ts'
import { MODELS_OPTION, modelsOf } from '../models.ts'
import { openPipeline } from '../pipeline.ts'
import { checkFiles } from '../same-files.ts'
import { claimStore, storeFolder } from '../store-folder.ts'

/** Says on stderr what could not be read, file and line first. */
export const printProblems = ({ files, problems }: ArchiveSummary): void => {
  for (const problem of problems) process.stderr.write(`  ${problemLine(problem)}\n`)
  const refused = files.reduce((sum, file) => sum + file.refused, 0)
  const repeats = files.reduce((sum, file) => sum + file.repeats, 0)
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  process.stderr.write(
    `${rows.toLocaleString('en')} rows of ${files.length} files read; ${refused} refused (they lie in ci.dead-letters.v1), ${repeats} repeats\n`,
  )
}

export const printTopics = (runtime: EmbeddedRuntime, isJson: boolean, more: object): void => {
  const topics = Object.fromEntries(
    TOPIC_NAMES.map((topic) => [topic, runtime.log.endOffset(topic)]),
  )
  if (isJson) process.stdout.write(`${JSON.stringify({ now: runtime.now, topics, ...more })}\n`)
  else
    for (const [topic, records] of Object.entries(topics))
      if (records > 0)
        process.stdout.write(`${topic.padEnd(24)} ${records.toLocaleString('en').padStart(12)}\n`)
}

/** A folder that stopline record made. */
const replayFolder = async (
  invocation: Invocation,
  recorded: string,
  folder: string,
  speed: number,
): Promise<number> => {
  const { positionals, values, signal } = invocation
  if (positionals.length > 1) throw new UsageError('a recording is replayed by itself')
  const recording = openRecording(recorded)
  const runtime = openPipeline(folder, modelsOf(invocation).models)
  try {
    claimStore(runtime, recording.name, folder)
    const fed = await replayRecording(runtime, recording, signal, { speed })
    printTopics(runtime, values['json'] === true, { store: folder })
    return fed === 0 && runtime.now === 0 ? EXIT.nothingRead : EXIT.ok
  } finally {
    runtime.close()
  }
}

export const replay: Command = {
  name: 'replay',
  takes: 'DIR...',
  minArguments: 1,
  maxArguments: 50,
  summary: 'replay recorded CI into a store and end',
  help: `Replays folders of recorded CI (runs.csv, steps.csv, tests.csv; plain or .gz) in order of time through the
whole pipeline; or one folder that stopline record made. A replay that was stopped goes on where it was. Look at the result with: stopline up DIR...`,
  options: {
    models: MODELS_OPTION,
    store: STORE_OPTION,
    speed: {
      type: 'string',
      value: 'N',
      doc: 'Times as fast as it happened. Default: as fast as it goes.',
    },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { positionals, values, signal } = invocation
    const speed = numberOption(invocation, 'speed', Infinity, REPLAY_SPEEDS)
    const folder = storeFolder(invocation, positionals)
    const [first = ''] = positionals
    if (isRecording(first)) return replayFolder(invocation, first, folder, speed)
    const archive = archiveAt(positionals, speed)
    const runtime = openPipeline(folder, modelsOf(invocation).models)
    try {
      claimStore(runtime, archive.name, folder)
      await checkFiles(embeddedTarget(runtime), archive, signal)
      await replayArchive(runtime, archive, signal, { speed })
      const summary = archive.summary()
      printProblems(summary)
      printTopics(runtime, values['json'] === true, { store: folder, ...summary })
      return summary.files.every(({ offers }) => offers === 0) ? EXIT.nothingRead : EXIT.ok
    } finally {
      runtime.close()
    }
  },
}
