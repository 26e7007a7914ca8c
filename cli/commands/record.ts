/** `stopline record`: keeps what live sources answer, without a pipeline. */

import { liveSources } from '../../producers/live.ts'
import { openRecordingFolder } from '../../producers/recording/folder.ts'
import { systemClock } from '../../runtime/clock.ts'
import { EXIT, numberOption, UsageError, type Command } from '../command.ts'
import { createProgress } from '../progress.ts'
import { liveConfig, SOURCE_OPTIONS } from '../source-options.ts'

const MINUTE_MS = 60_000
const SHOW_MS = 1_000

/** Ends with the invocation, or after so many minutes. */
const untilDone = (signal: AbortSignal, minutes: number): AbortSignal =>
  minutes === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(minutes * MINUTE_MS)])

export const record: Command = {
  name: 'record',
  takes: 'DIR',
  minArguments: 1,
  maxArguments: 1,
  summary: 'keep what live sources answer, to replay it later',
  help: `Polls live sources as stopline up does, and keeps in DIR every request (without credentials) with its answer.
stopline replay DIR drives the same loops through them: the same facts, with the times they had.
A recording that is begun again goes on. It holds what the sources said: treat it as they would be.`,
  options: {
    ...SOURCE_OPTIONS,
    minutes: { type: 'string', value: 'N', doc: 'End after so long. Default: when told to.' },
  },
  isEndless: true,
  run: async (invocation) => {
    const [folder = ''] = invocation.positionals
    const config = liveConfig(invocation)
    if (config === null || config.sources.length === 0)
      throw new UsageError('name a source: --github, --prow, --testgrid or --config')
    const minutes = numberOption(invocation, 'minutes', 0, [0, 1e6])
    openRecordingFolder(folder, config)
    const progress = createProgress('record')
    const cursors = new Map<string, string>()
    const sources = liveSources(
      config.sources,
      {
        clock: systemClock,
        offer: () => Promise.resolve(),
        loadCursor: (name) => cursors.get(name),
        saveCursor: (name, json) => cursors.set(name, json),
        log: null,
        record: folder,
        onFailure: (name, { reason, message }) => {
          process.stderr.write(`${name}: ${reason}: ${message}\n`)
        },
        onNote: (name, { oddity, detail }) => {
          process.stderr.write(`${name}: ${oddity} ${detail}\n`)
        },
      },
      untilDone(invocation.signal, minutes),
    )
    const told = (): string =>
      sources
        .status()
        .map(
          ({ name, rounds, offers, quota }) =>
            `${name} ${rounds} rounds, ${quota.used} requests, ${offers} records`,
        )
        .join('; ')
    const showing = setInterval(() => {
      progress.show(null, told())
    }, SHOW_MS)
    try {
      await sources.run()
    } finally {
      clearInterval(showing)
    }
    progress.done(told())
    return sources.status().some(({ heardAt }) => heardAt > 0) ? EXIT.ok : EXIT.nothingRead
  },
}
