/**
 * What is answered of a run: the run, its forecast read at asOf, decision and score, as JSON text. A run that was
 * asked for is kept until a commit says something new of it, so that asking again reads no store and parses nothing.
 */

import { crc32 } from 'node:zlib'
import type { Awaitable, LogRecord } from '../../runtime/ports.ts'
import type { Forecast, RunRef } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { tagAt, weakTag, type TaggedAnswer } from '../answer.ts'
import type { ApiDeps } from '../deps.ts'
import { evaluateForecast } from '../evaluate.ts'
import { isDemoKey } from './params.ts'

/** Characters of text kept at most. */
const MAX_CHARS = 32 * 1024 * 1024
const RUN_VIEWS = ['runs', 'running', 'forecasts', 'decisions', 'scores'] as const
const TOPICS_OF_RUNS: ReadonlySet<TopicName> = new Set([
  'ci.runs.v1',
  'ci.forecasts.v1',
  'ci.decisions.v1',
  'ci.scores.v1',
])

export interface RunAnswers {
  /** By run key; undefined where the run was not heard of. */
  readonly get: (key: string) => Awaitable<TaggedAnswer | undefined>
}

/** The text around what changes with time alone, its tag, and what is read off the forecast at one instant. */
interface Kept {
  readonly before: string
  readonly after: string
  readonly etag: string
  readonly bytes: number
  readonly isSimulated: boolean
  /** The forecast of a run that runs, to be read at asOf; null where nothing changes with time. */
  readonly forecast: Forecast | null
  asOf: number
  now: string
}

const keptOf = (key: string, values: readonly (string | undefined)[]): Kept | undefined => {
  const [run, running, forecast = 'null', decision = 'null', score = 'null'] = values
  if (run === undefined) return undefined
  const isRunning = running !== undefined
  const before = `{"run":${run},"forecast":${forecast},"now":`
  const after = `,"decision":${decision},"score":${isRunning ? 'null' : score}}`
  return {
    before,
    after,
    etag: weakTag(before.length + after.length, crc32(after, crc32(before))),
    bytes: Buffer.byteLength(before) + Buffer.byteLength(after),
    isSimulated: isDemoKey(key),
    forecast: isRunning ? (JSON.parse(forecast) as Forecast | null) : null,
    asOf: NaN,
    now: 'null',
  }
}

/**
 * What is read off a forecast is another at each instant, so the instant stands for it in the tag. The whole text is put
 * together anew each time: to keep it as well would be twice as much to collect and to fetch.
 */
const answerAt = (kept: Kept, asOf: number): TaggedAnswer => {
  const { before, after, etag, bytes, isSimulated, forecast } = kept
  if (forecast !== null && kept.asOf !== asOf) {
    kept.now = JSON.stringify(evaluateForecast(forecast, asOf))
    kept.asOf = asOf
  }
  return {
    data: before + kept.now + after,
    bytes: bytes + kept.now.length,
    isSimulated,
    etag: forecast === null ? etag : tagAt(etag, asOf),
  }
}

/** Keeps what is answered of runs until told to forget it, and forgets all where there is no more room. */
const createKeeper = (maxChars: number) => {
  const kept = new Map<string, Kept>()
  let chars = 0
  /** The forecast is there twice: as text and as a record. */
  const sizeOf = (key: string, { before, after }: Kept): number =>
    key.length + 2 * (before.length + after.length)
  return {
    get: (key: string) => kept.get(key),
    isEmpty: () => kept.size === 0,
    add: (key: string, value: Kept): void => {
      chars += sizeOf(key, value)
      if (chars > maxChars) {
        kept.clear()
        chars = sizeOf(key, value)
      }
      kept.set(key, value)
    },
    forget: (key: string): void => {
      const value = kept.get(key)
      if (value === undefined) return
      chars -= sizeOf(key, value)
      kept.delete(key)
    },
  }
}

export const createRunAnswers = (deps: ApiDeps, maxChars = MAX_CHARS): RunAnswers => {
  const keeper = createKeeper(maxChars)
  deps.onCommit((published: readonly LogRecord[]) => {
    if (keeper.isEmpty()) return
    for (const { topic, record } of published)
      if (record !== null && TOPICS_OF_RUNS.has(topic)) keeper.forget(runKey(record as RunRef))
  })
  /** Where others write the views nothing is kept: what is read here may be older than what was heard of. */
  const make = (key: string, values: readonly (string | undefined)[], asOf: number) => {
    const kept = keptOf(key, values)
    if (kept === undefined) return undefined
    if (deps.areViewsRemote !== true) keeper.add(key, kept)
    return answerAt(kept, asOf)
  }
  return {
    get: (key) => {
      const asOf = deps.time().now
      const known = keeper.get(key)
      if (known !== undefined) return answerAt(known, asOf)
      const values = deps.views.getAll(RUN_VIEWS, key)
      return values instanceof Promise
        ? values.then((all) => make(key, all, asOf))
        : make(key, values, asOf)
    },
  }
}
