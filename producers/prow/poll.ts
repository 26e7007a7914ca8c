/** One round of polling Prow: the list of jobs, then the logs and test files of runs that go on, at a budgeted pace. */

import { RefusedPayload } from '../payload/heard.ts'
import { getJson, UnexpectedAnswer, type Get } from '../payload/reach.ts'
import { isSilent, turnOf, type Turn } from '../payload/turn.ts'
import { fileUrl, podLogUrl } from './bucket.ts'
import type { OpenRun, ProwCursor } from './cursor.ts'
import { followLog } from './follow-log.ts'
import { followTests } from './follow-tests.ts'
import { lostRuns, readListing } from './listing.ts'
import { readFinished } from './normalize-bucket.ts'

export interface ProwConfig {
  readonly source: string
  /** Address of deck, as in `https://prow.k8s.io`. */
  readonly deck: string
  /** Address of the object store, as in `https://storage.googleapis.com`; null where it cannot be read. */
  readonly storage: string | null
  /** Bucket of jobs that name none. */
  readonly bucket: string | null
  /** Repository of jobs that name none. */
  readonly repo?: string
  /** Bytes of logs read in one round at most, and of one log. */
  readonly roundLogBytes: number
  readonly runLogBytes: number
  /** Runs whose logs are asked for in one round at most; those asked longest ago come first. */
  readonly roundLogs: number
  /** Time between two looks for test files of one run, in milliseconds. */
  readonly testsEveryMs: number
}

/** Annotations and pod specs are most of the bytes and hold nothing that is read. */
const OMIT = 'annotations,pod_spec'
const MAX_LISTING_BYTES = 512 * 2 ** 20
const MAX_SMALL_BYTES = 2 ** 20
/** An ended run is let go when nothing was found of it so many times. */
const MAX_VAIN = 3

const listingUrl = (deck: string): string =>
  `${deck.replace(/\/+$/, '')}/prowjobs.js?omit=${encodeURIComponent(OMIT)}`

/** What is not there, or not what it should be, concerns one run; anything else ends the round. */
const isOfOneRun = (error: unknown): boolean =>
  error instanceof UnexpectedAnswer || error instanceof RefusedPayload

/** The end of a run that Prow forgot, from its bucket. */
const readLost = async (get: Get, open: OpenRun, config: ProwConfig, now: number) => {
  if (config.storage === null || open.folder === null) return []
  try {
    const url = fileUrl(config.storage, open.folder, 'finished.json')
    return readFinished(await getJson(get, url, MAX_SMALL_BYTES), open.run, now).facts
  } catch (error) {
    if (!isOfOneRun(error)) throw error
    return []
  }
}

async function* lostTurns(
  get: Get,
  cursor: ProwCursor,
  names: readonly string[],
  config: ProwConfig,
  now: number,
): AsyncGenerator<Turn> {
  for (const name of names) {
    const open = cursor.open[name]
    if (open === undefined) continue
    const facts = await readLost(get, open, config, now)
    open.vain += facts.length === 0 ? 1 : 0
    open.isEnded = facts.length > 0 || open.vain > MAX_VAIN
    yield turnOf({ facts })
  }
}

/** While a run goes on its log is with the pod; afterwards it is in the bucket. */
const logUrl = (
  { run, folder, isEnded }: OpenRun,
  { deck, storage }: ProwConfig,
): string | null => {
  if (!isEnded) return podLogUrl(deck, run.job, run.runId)
  return storage === null || folder === null ? null : fileUrl(storage, folder, 'build-log.txt')
}

async function* logTurns(
  get: Get,
  cursor: ProwCursor,
  config: ProwConfig,
  now: number,
): AsyncGenerator<Turn> {
  let left = config.roundLogBytes
  const turn = Object.entries(cursor.open)
    .filter(([, { isStarted, isEnded }]) => isStarted || isEnded)
    .sort(([, a], [, b]) => a.readAt - b.readAt)
    .slice(0, config.roundLogs)
  for (const [name, open] of turn) {
    if (left <= 0) return
    const url = logUrl(open, config)
    const reading =
      url === null
        ? { facts: [], bytes: 0, isAtEnd: true }
        : await followLog(get, url, open, Math.min(left, config.runLogBytes), now)
    left -= reading.bytes
    yield turnOf({ facts: reading.facts })
    if (!open.isEnded || !reading.isAtEnd) continue
    // Its files come into the bucket a little after its end.
    open.vain += reading.bytes > 0 || url === null ? MAX_VAIN : 1
    yield* testTurns(get, open, config, now)
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    if (open.vain >= MAX_VAIN) delete cursor.open[name]
  }
}

async function* testTurns(
  get: Get,
  open: OpenRun,
  { storage }: ProwConfig,
  now: number,
): AsyncGenerator<Turn> {
  if (storage === null) return
  try {
    for await (const reading of followTests(get, storage, open, now)) yield turnOf(reading)
  } catch (error) {
    if (!isOfOneRun(error)) throw error
  }
}

/** One round. What is remembered is changed in place, and holds no more than what was handed on. */
export async function* pollProw(
  get: Get,
  cursor: ProwCursor,
  config: ProwConfig,
  now: number,
): AsyncGenerator<Turn> {
  const payload = await getJson(get, listingUrl(config.deck), MAX_LISTING_BYTES)
  const { source, repo, bucket } = config
  const options = { source, now, bucket, ...(repo === undefined ? {} : { repo }) }
  const listing = readListing(payload, cursor, options)
  yield turnOf(listing)
  const parts = [
    lostTurns(get, cursor, lostRuns(cursor, listing.listed), config, now),
    logTurns(get, cursor, config, now),
  ]
  for (const part of parts) for await (const turn of part) if (!isSilent(turn)) yield turn
  for (const open of Object.values(cursor.open))
    if (open.isStarted && !open.isEnded && now - open.listedAt >= config.testsEveryMs)
      yield* testTurns(get, open, config, now)
}
