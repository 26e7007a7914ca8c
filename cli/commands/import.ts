/** `stopline import`: what others recorded of CI, as events in a store or a file. */

import { createWriteStream, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import type { Archive } from '../../producers/archive/archive.ts'
import { openImport } from '../../producers/import/import.ts'
import { isRecording } from '../../producers/recording/folder.ts'
import { openRecording } from '../../producers/recording/recording.ts'
import { systemClock } from '../../runtime/clock.ts'
import type { OfferSource } from '../../runtime/ports.ts'
import {
  EXIT,
  JSON_OPTION,
  STORE_OPTION,
  textOption,
  UsageError,
  type Command,
  type Invocation,
} from '../command.ts'
import { replayArchive, replayRecording } from '../feed.ts'
import { asText } from '../json.ts'
import { embeddedTarget } from '../live.ts'
import { openPipeline } from '../pipeline.ts'
import { checkFiles } from '../same-files.ts'
import { claimStore, storeFolder } from '../store-folder.ts'
import { printProblems, printTopics } from './replay.ts'

const NAME = /^(?!demo$)[a-z][a-z0-9-]{0,40}$/

const optionsOf = (invocation: Invocation) => {
  const source = textOption(invocation, 'source') ?? 'import'
  if (!NAME.test(source))
    throw new UsageError(`--source takes a short name in lower case, not '${source}'`)
  return { source, repo: textOption(invocation, 'repo') ?? 'none/none', now: systemClock.now() }
}

/** Writes a line of JSON for each event. Returns how many. */
const writeEvents = async (
  from: OfferSource,
  to: WriteStream | NodeJS.WriteStream,
  signal: AbortSignal,
): Promise<number> => {
  let events = 0
  for await (const { offers } of from.batches(0, signal))
    for (const { topic, record } of offers) {
      events += 1
      const line = `{"topic":"${topic}","value":${JSON.stringify(record, asText)}}\n`
      if (!to.write(line)) await once(to, 'drain')
    }
  return events
}

const toFile = async (from: OfferSource, file: string, signal: AbortSignal): Promise<number> => {
  if (file === '-') return writeEvents(from, process.stdout, signal)
  const stream = createWriteStream(file)
  try {
    await once(stream, 'open')
    return await writeEvents(from, stream, signal)
  } finally {
    stream.end()
    await once(stream, 'close')
  }
}

/** Through the pipeline into a store. Returns how many events were fed. */
const toStore = async (
  invocation: Invocation,
  archive: Archive | null,
  recording: OfferSource | null,
): Promise<number> => {
  const { positionals, signal, values } = invocation
  const folder = storeFolder(invocation, positionals)
  const runtime = openPipeline(folder)
  try {
    claimStore(runtime, (archive ?? recording)?.name ?? '', folder)
    if (archive !== null) await checkFiles(embeddedTarget(runtime), archive, signal)
    const fed =
      recording !== null
        ? await replayRecording(runtime, recording, signal)
        : archive === null
          ? 0
          : await replayArchive(runtime, archive, signal)
    printTopics(runtime, values['json'] === true, { store: folder, ...archive?.summary() })
    return fed
  } finally {
    runtime.close()
  }
}

export const importCommand: Command = {
  name: 'import',
  takes: 'PATH...',
  minArguments: 1,
  maxArguments: 50,
  summary: 'turn what others recorded of CI into events, in a store or a file',
  help: `Reads folders of any of these kinds, each found by what it holds, and puts all of them in order of time:
  archive folders (runs.csv, steps.csv, tests.csv; docs/archive.md);
  copies of Prow's bucket, as gsutil cp -r makes them: .../JOB/BUILD with started.json, finished.json, prowjob.json,
    podinfo.json, build-log.txt, artifacts/**/junit*.xml and the logs of steps, plain or .gz;
  tables and summaries of TestGrid as DASHBOARD/TAB.json or DASHBOARD.summary.json, plain or .gz;
  one folder that stopline record made, by itself.
Facts are heard as they happened, except those of a recording, which keep the times at which they were heard.`,
  options: {
    store: STORE_OPTION,
    events: {
      type: 'string',
      value: 'FILE',
      doc: 'Write the events there, a JSON object a line (- is stdout), and run no pipeline.',
    },
    source: {
      type: 'string',
      value: 'NAME',
      doc: 'Source of what copies and dumps say. Default: import.',
    },
    repo: {
      type: 'string',
      value: 'OWNER/NAME',
      doc: 'Repository of jobs that name none. Default: none/none.',
    },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { positionals, signal } = invocation
    const [first = ''] = positionals
    const recorded = isRecording(first) ? openRecording(first) : null
    if (recorded !== null && positionals.length > 1)
      throw new UsageError('a recording is imported by itself')
    const archive = recorded === null ? openImport(positionals, optionsOf(invocation)) : null
    const file = textOption(invocation, 'events')
    const source = archive ?? recorded
    const events =
      file !== undefined && source !== null
        ? await toFile(source, file, signal)
        : await toStore(invocation, archive, recorded)
    if (archive !== null) printProblems(archive.summary())
    process.stderr.write(`${events.toLocaleString('en')} events\n`)
    return events === 0 ? EXIT.nothingRead : EXIT.ok
  },
}
