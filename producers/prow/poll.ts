/** One round of polling Prow: the list of jobs, then the logs and test files of runs that go on, at a budgeted pace. */

import { ahead, SIDE_BY_SIDE } from '../payload/ahead.ts'
import { getItems } from '../payload/json-items.ts'
import type { Get } from '../payload/reach.ts'
import { isSilent, turnOf, type Turn } from '../payload/turn.ts'
import { isOfOneHost } from '../polling/source-error.ts'
import { fileUrl, podLogUrl } from './bucket.ts'
import type { OpenRun, ProwCursor } from './cursor.ts'
import { followLog } from './follow-log.ts'
import { readStepLog } from './follow-steps.ts'
import { listFiles, readTests } from './follow-tests.ts'
import { lostRuns, readListing } from './listing.ts'
import { historyTurns, lostTurn, podTurn, type PastConfig } from './past.ts'
import { stepOf } from './run-files.ts'

export interface ProwConfig extends PastConfig {
  /** Address of deck, as in `https://prow.k8s.io`. */
  readonly deck: string
  /** Address of the object store, as in `https://storage.googleapis.com`; null where it cannot be read. */
  readonly storage: string | null
  /** Bucket of jobs that name none. */
  readonly bucket: string | null
  /** Repository of jobs that name none. */
  readonly repo: string
  /** Bytes of logs read in one round at most, and of one log. */
  readonly roundLogBytes: number
  readonly runLogBytes: number
  /** Runs whose logs are asked for in one round at most; those asked longest ago come first. */
  readonly roundLogs: number
  /** The logs that steps leave among their artifacts are read too. */
  readonly hasStepLogs: boolean
  /** Time between two looks for test files of one run, in milliseconds. */
  readonly testsEveryMs: number
}

/** Annotations and pod specs are most of the bytes and hold nothing that is read. */
const OMIT = 'annotations,pod_spec'
/** An ended run is let go when nothing was found of it so many times. */
const MAX_VAIN = 3

interface Round {
  readonly get: Get
  readonly cursor: ProwCursor
  readonly config: ProwConfig
  readonly now: number
}

const listingUrl = (deck: string): string =>
  `${deck.replace(/\/+$/, '')}/prowjobs.js?omit=${encodeURIComponent(OMIT)}`

const storeAway = (reason: string): Turn =>
  turnOf({ notes: [{ oddity: 'unread-part', detail: `the object store: ${reason}` }] })

/** Where the object store is away the runs of deck are heard all the same; what lies there is read when it is back. */
async function* whileThere(turns: AsyncIterable<Turn>): AsyncGenerator<Turn> {
  try {
    yield* turns
  } catch (error) {
    if (!isOfOneHost(error)) throw error
    yield storeAway(error.reason)
  }
}

async function* lostTurns(
  { get, cursor, config, now }: Round,
  listed: ReadonlySet<string>,
): AsyncGenerator<Turn> {
  for (const name of lostRuns(cursor, listed)) {
    const open = cursor.open[name]
    if (open !== undefined) yield await lostTurn(get, open, config, MAX_VAIN, now)
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

const NO_LOG = { facts: [], others: [], bytes: 0, isAtEnd: true }

/** The last of a run: its files come into the bucket a little after its end. */
async function* closingTurns(
  round: Round,
  name: string,
  open: OpenRun,
  hasLog: boolean,
): AsyncGenerator<Turn> {
  const { get, cursor, config, now } = round
  open.vain += hasLog ? MAX_VAIN : 1
  yield* testTurns(round, [open])
  if (open.vain < MAX_VAIN) return
  const pod = await podTurn(get, open, config, now)
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
  delete cursor.open[name]
  yield pod
}

/** Runs in turn: those looked at longest ago come first. */
const inTurn = (
  open: Readonly<Record<string, OpenRun>>,
  lookedAt: (run: OpenRun) => number,
  isDue: (run: OpenRun) => boolean,
  most: number,
): [name: string, run: OpenRun][] =>
  Object.entries(open)
    .filter(([, run]) => isDue(run))
    .sort(([, a], [, b]) => lookedAt(a) - lookedAt(b))
    .slice(0, most)

/** Logs are asked for side by side, and what they say is one turn: what is remembered of them changes together. */
async function* logTurns(round: Round): AsyncGenerator<Turn> {
  const { get, cursor, config, now } = round
  const read = async ([name, open]: [string, OpenRun]) => {
    const url = logUrl(open, config)
    if (url === null) return { name, open, ...NO_LOG, hasLog: true, away: null }
    // The log of an ended run lies in the object store; where that breaks off nothing of it was read.
    const before = open.isEnded ? structuredClone(open) : null
    try {
      const reading = await followLog(get, url, open, config.runLogBytes, now)
      return { name, open, ...reading, hasLog: reading.bytes > 0, away: null }
    } catch (error) {
      if (before === null || !isOfOneHost(error)) throw error
      const open = { ...before, readAt: now }
      cursor.open[name] = open
      return { name, open, ...NO_LOG, hasLog: false, away: error.reason }
    }
  }
  const hasLogs = ({ isStarted, isEnded }: OpenRun): boolean => isStarted || isEnded
  const due = inTurn(cursor.open, ({ readAt }) => readAt, hasLogs, config.roundLogs)
  let left = config.roundLogBytes
  while (due.length > 0 && left > 0) {
    const most = Math.min(SIDE_BY_SIDE, Math.ceil(left / config.runLogBytes))
    const readings = await Promise.all(due.splice(0, most).map(read))
    yield turnOf({
      facts: readings.flatMap(({ facts }) => facts),
      others: readings.flatMap(({ others }) => others),
    })
    for (const { name, open, bytes, isAtEnd, hasLog, away } of readings) {
      left -= bytes
      if (away !== null) yield storeAway(away)
      // A log that is far behind is read on while there is budget, after the others.
      if (!isAtEnd) due.push([name, open])
      if (open.isEnded && isAtEnd && away === null)
        yield* whileThere(closingTurns(round, name, open, hasLog))
    }
  }
}

/** Lists are asked for side by side; each file is read by itself, however long it is. */
async function* testTurns(
  { get, config: { storage, hasStepLogs: hasLogs }, now }: Round,
  runs: readonly OpenRun[],
): AsyncGenerator<Turn> {
  if (storage === null) return
  const lists = ahead(runs, SIDE_BY_SIDE, (open) => listFiles(get, { storage, hasLogs }, open, now))
  for await (const files of lists)
    for (const file of files) {
      const read = stepOf(file.path) === null ? readTests : readStepLog
      for await (const reading of read(get, storage, file, now)) yield turnOf(reading)
    }
}

async function* dueTests(round: Round): AsyncGenerator<Turn> {
  const { cursor, config, now } = round
  const isDue = (open: OpenRun): boolean =>
    open.isStarted && !open.isEnded && now - open.listedAt >= config.testsEveryMs
  const due = inTurn(cursor.open, ({ listedAt }) => listedAt, isDue, config.roundLogs)
  yield* testTurns(
    round,
    due.map(([, open]) => open),
  )
}

/** One round. What is remembered is changed in place, and holds no more than what was handed on. */
export async function* pollProw(
  get: Get,
  cursor: ProwCursor,
  config: ProwConfig,
  now: number,
): AsyncGenerator<Turn> {
  const round = { get, cursor, config, now }
  const { source, repo, bucket } = config
  const items = await getItems(get, listingUrl(config.deck))
  const { listed, repos, turns } = await readListing(items, cursor, { source, now, bucket, repo })
  const parts = [
    turns(),
    historyTurns(get, cursor, config, repos, now),
    whileThere(lostTurns(round, listed)),
    logTurns(round),
    whileThere(dueTests(round)),
  ]
  for (const part of parts) for await (const turn of part) if (!isSilent(turn)) yield turn
}
