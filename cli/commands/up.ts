/** `stopline up`: sources, processors, views and the API in one process. */

import type { SourceStatus } from '../../api/deps.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { demoSource } from '../../producers/demo/source.ts'
import { scaledClock, systemClock } from '../../runtime/clock.ts'
import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import {
  EXIT,
  numberOption,
  STORE_OPTION,
  textOption,
  type Command,
  type Invocation,
} from '../command.ts'
import { liveDemo, replayArchive } from '../feed.ts'
import { ensurePage } from '../page.ts'
import { openPipeline, serveApi, type ServeOptions } from '../pipeline.ts'
import { claimStore, storeFolder } from '../store-folder.ts'
import { sendIncidents, webhookTarget } from '../webhook.ts'
import { printProblems } from './replay.ts'

const DAY_MS = 86_400_000

export const up: Command = {
  name: 'up',
  takes: '[DIR...]',
  minArguments: 0,
  maxArguments: 50,
  summary: 'run everything here and show the page (no DIR: a simulated community)',
  help: `Runs sources, processors and the API in this process, on one file, and serves the page.
Without DIR it simulates a CI community, marked as simulated everywhere, and goes on live.
With DIR... it replays recorded CI (folders with a runs.csv, see docs/archive.md) and goes on serving it.`,
  options: {
    store: STORE_OPTION,
    port: {
      type: 'string',
      value: 'N',
      doc: 'Port of page and API; 0 takes a free one. Default 8080.',
    },
    host: { type: 'string', value: 'ADDRESS', doc: 'Address to listen on. Default 127.0.0.1.' },
    days: { type: 'string', value: 'N', doc: 'Simulated days before now. Default 4.' },
    speed: { type: 'string', value: 'N', doc: 'How fast simulated time passes. Default 1.' },
    webhook: {
      type: 'string',
      value: 'URL',
      doc: 'Send incidents there, signed with STOPLINE_WEBHOOK_SECRET (docs/webhook.md).',
    },
    seed: { type: 'string', value: 'N', doc: 'Seed of the simulation. Default 1.' },
  },
  run: async (invocation) => {
    const port = numberOption(invocation, 'port', 8080, [0, 65_535])
    const host = textOption(invocation, 'host') ?? '127.0.0.1'
    const folder = storeFolder(invocation, invocation.positionals)
    const feeder =
      invocation.positionals.length === 0 ? demoFeeder(invocation) : archiveFeeder(invocation)
    const target = webhookTarget(invocation)
    const metrics = createMetrics()
    const runtime = openPipeline(folder)
    try {
      claimStore(runtime, feeder.name, folder)
      await ensurePage()
      const app = await serveApi(runtime, { metrics, ...feeder.serve(runtime) })
      const address = await app.listen({ port, host })
      process.stderr.write(
        `Stopline ${feeder.what}\n  page     ${address}\n  API      ${address}/docs\n  store    ${folder}\nCtrl-C stops it; the store is kept.\n`,
      )
      await Promise.all([
        feeder.feed(runtime),
        sendIncidents(runtime, target, metrics, invocation.signal),
      ])
      await app.close()
    } finally {
      runtime.close()
    }
    return EXIT.ok
  },
}

interface Feeder {
  readonly name: string
  readonly what: string
  serve(runtime: EmbeddedRuntime): Omit<ServeOptions, 'metrics'>
  feed(runtime: EmbeddedRuntime): Promise<void>
}

const demoFeeder = (invocation: Invocation): Feeder => {
  const days = numberOption(invocation, 'days', 4, [0, 60])
  const speed = numberOption(invocation, 'speed', 1, [1, 10_000])
  const seed = numberOption(invocation, 'seed', 1, [0, 2 ** 32 - 1])
  const clock = speed === 1 ? systemClock : scaledClock(speed)
  const from = clock.now() - days * DAY_MS
  return {
    name: `the simulated community ${seed}`,
    what: 'shows a SIMULATED community (demo); give it folders of recorded CI to see real jobs',
    serve: (runtime) => ({
      wanted: () => clock.now(),
      sources: () => [
        { name: 'demo', state: 'running', isSimulated: true, cursor: runtime.now, detail: null },
      ],
    }),
    feed: (runtime) =>
      liveDemo(runtime, demoSource({ from, seed }), from, clock, invocation.signal),
  }
}

const archiveFeeder = ({ positionals, signal }: Invocation): Feeder => {
  const archive = openArchive(positionals)
  let state: SourceStatus['state'] = 'running'
  let detail: string | null = null
  return {
    name: archive.name,
    what: `shows recorded CI: ${positionals.join(', ')}`,
    serve: (runtime) => ({
      // A recording has no clock of its own: when it has been heard, nothing is behind.
      wanted: () => runtime.now,
      sources: () => [
        {
          name: archive.name,
          state,
          isSimulated: false,
          cursor: runtime.cursor(archive.name),
          detail,
        },
      ],
    }),
    feed: async (runtime) => {
      try {
        await replayArchive(runtime, archive, signal)
        printProblems(archive.summary())
        state = 'ended'
        detail = 'the recording has been replayed to its end'
        await untilAborted(signal)
      } catch (error) {
        if (signal.aborted) return
        state = 'failed'
        detail = (error as Error).message
        throw error
      }
    },
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
    // Nothing else may keep the process alive while it only serves.
  })
