/** What `stopline up` shows: live sources, recorded CI, or a simulated community. */

import type { SourceStatus } from '../api/deps.ts'
import type { Config } from '../producers/config/config.ts'
import { demoSource } from '../producers/demo/source.ts'
import { scaledClock, systemClock, type Clock } from '../runtime/clock.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { numberOption, textOption, UsageError, type Invocation } from './command.ts'
import { archiveAt, liveDemo, REPLAY_SPEEDS, replayArchive } from './feed.ts'
import { openLive, type FeedTarget, type Live } from './live.ts'
import type { ServeOptions } from './pipeline.ts'
import { checkFiles } from './same-files.ts'
import { LIVE_OPTIONS } from './source-options.ts'
import { printProblems } from './commands/replay.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export interface Feeder {
  readonly name: string
  readonly what: string
  /** What the folder of the store is named after. */
  readonly folders: readonly string[]
  /** True where what it feeds from pipeline time `now` on follows the clock on the wall, so that silence is lag; false in a replay. */
  readonly isLive: (now: number) => boolean
  serve(target: FeedTarget, metrics: Metrics): Omit<ServeOptions, 'metrics'>
  feed(target: FeedTarget): Promise<void>
}

export const feederOf = (invocation: Invocation, config: Config | null): Feeder => {
  if (config !== null && config.sources.length > 0) return liveFeeder(invocation, config)
  return invocation.positionals.length === 0 ? demoFeeder(invocation) : archiveFeeder(invocation)
}

/** Options that would do nothing, where somebody relies on them. */
const refuse = ({ values }: Invocation, names: readonly string[], what: string): void => {
  const given = names.find((name) => values[name] !== undefined)
  if (given !== undefined) throw new UsageError(`--${given} does nothing with ${what}`)
}

const liveFeeder = (invocation: Invocation, config: Config): Feeder => {
  refuse(invocation, ['speed'], 'live sources')
  const { sources, record } = config
  let live: Live | undefined
  const { signal } = invocation
  const names = sources.map(({ source }) => source.name)
  return {
    name: 'live sources',
    what: `polls ${names.join(', ')}`,
    folders: ['live'],
    isLive: () => true,
    serve: (target, metrics) => {
      const folder = textOption(invocation, 'record') ?? record
      const opened = openLive(target, config, metrics, { record: folder, signal })
      live = opened
      return {
        wanted: () => systemClock.now(),
        sources: opened.status,
        ingest: opened.ingest,
      }
    },
    feed: () => live?.run() ?? Promise.resolve(),
  }
}

const demoFeeder = (invocation: Invocation): Feeder => {
  refuse(invocation, ['record'], 'a simulated community')
  const days = numberOption(invocation, 'days', 4, [0, 60])
  const speed = numberOption(invocation, 'speed', 1, [1, 10_000])
  const seed = numberOption(invocation, 'seed', 1, [0, 2 ** 32 - 1])
  const from = systemClock.now() - days * DAY_MS
  let clock: Clock = systemClock
  return {
    name: `the simulated community ${seed}`,
    folders: [],
    // What it fills in of the past days is a replay, and so is a store that is ahead of the clock.
    isLive: (now) => speed === 1 && Math.abs(systemClock.now() - now) <= HOUR_MS,
    what: 'shows a SIMULATED community (demo); give it folders of recorded CI to see real jobs',
    serve: ({ fed }) => {
      clock = demoClock(speed, fed.now)
      return {
        wanted: () => clock.now(),
        sources: () => [
          { name: 'demo', state: 'running', isSimulated: true, cursor: fed.now, detail: null },
        ],
      }
    },
    feed: ({ fed }) => liveDemo(fed, demoSource({ from, seed }), from, clock, invocation.signal),
  }
}

/** A store that was filled faster than time passes is ahead of it, and goes on from there. */
const demoClock = (speed: number, reached: number): Clock => {
  const now = systemClock.now()
  return speed === 1 && reached <= now ? systemClock : scaledClock(speed, Math.max(now, reached))
}

const archiveFeeder = (invocation: Invocation): Feeder => {
  const { positionals, signal } = invocation
  refuse(invocation, ['days', 'seed', 'record', ...LIVE_OPTIONS], 'recorded CI')
  const speed = numberOption(invocation, 'speed', Infinity, REPLAY_SPEEDS)
  const archive = archiveAt(positionals, speed)
  let state: SourceStatus['state'] = 'running'
  let detail: string | null = null
  return {
    name: archive.name,
    folders: positionals,
    isLive: () => false,
    what: `shows recorded CI: ${positionals.join(', ')}`,
    serve: ({ fed }) => ({
      // A recording has no clock of its own: when it has been heard, nothing is behind.
      wanted: () => fed.now,
      sources: () => [
        {
          name: archive.name,
          state,
          isSimulated: false,
          cursor: fed.cursor(archive.name),
          detail,
        },
      ],
    }),
    feed: async (target) => {
      const { fed } = target
      try {
        await checkFiles(target, archive, signal)
        await replayArchive(fed, archive, signal, { speed })
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
