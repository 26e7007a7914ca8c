/** What the bucket tells of runs that are over: the past runs of a job, and the end of a run that Prow forgot. */

import { RefusedPayload, type Heard } from '../payload/heard.ts'
import { getJson, getText, UnexpectedAnswer, type Get } from '../payload/reach.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import type { RunRef } from '../../schemas/events.ts'
import { fileUrl, HISTORY_ROOTS, historyUrl } from './bucket.ts'
import type { OpenRun, ProwCursor } from './cursor.ts'
import { readFinished, readHistory, readPodInfo, readStarted } from './normalize-bucket.ts'

export interface PastConfig {
  readonly source: string
  readonly deck: string
  readonly storage: string | null
  readonly bucket: string | null
  readonly repo: string
  /** Jobs whose past runs are read once. */
  readonly history: readonly string[]
  /** Past runs of one job at most. */
  readonly historyRuns: number
}

const MAX_FILE_BYTES = 2 ** 20
const MAX_PAGE_BYTES = 16 * 2 ** 20

/** What is not there, or not what it should be, concerns one run or job; anything else ends the round. */
export const isApart = (error: unknown): boolean =>
  error instanceof UnexpectedAnswer || error instanceof RefusedPayload

type Reader = (payload: unknown, run: RunRef, now: number) => Heard

/** What one file of a run says; nothing where it is not there. */
const readFile = async (
  get: Get,
  { folder, run }: OpenRun,
  storage: string | null,
  file: string,
  read: Reader,
  now: number,
): Promise<Partial<Heard>> => {
  if (storage === null || folder === null) return {}
  try {
    return read(await getJson(get, fileUrl(storage, folder, file), MAX_FILE_BYTES), run, now)
  } catch (error) {
    if (!isApart(error)) throw error
    return {}
  }
}

/** Start and end of a run that Prow no longer lists. After some vain looks it is let go, its end unknown. */
export const lostTurn = async (
  get: Get,
  open: OpenRun,
  { storage }: PastConfig,
  maxVain: number,
  now: number,
): Promise<Turn> => {
  const end = await readFile(get, open, storage, 'finished.json', readFinished, now)
  const isFound = (end.facts ?? []).length > 0
  open.vain += isFound ? 0 : 1
  open.isEnded = isFound || open.vain > maxVain
  if (!isFound || open.isStarted) return turnOf(end)
  const start = await readFile(get, open, storage, 'started.json', readStarted, now)
  return turnOf({ facts: [...(start.facts ?? []), ...(end.facts ?? [])], notes: end.notes ?? [] })
}

/** The machine of an ended run, and why the cluster ended it. */
export const podTurn = async (
  get: Get,
  open: OpenRun,
  { storage }: PastConfig,
  now: number,
): Promise<Turn> => turnOf(await readFile(get, open, storage, 'podinfo.json', readPodInfo, now))

type HistoryRoot = (typeof HISTORY_ROOTS)[number]

/** Pages of past runs of a job, newest first, each from the oldest run of the one before; they may overlap by that run. */
async function* historyPages(
  get: Get,
  root: HistoryRoot,
  job: string,
  { source, deck, bucket, repo, historyRuns }: PastConfig,
  repos: ReadonlyMap<string, string>,
  now: number,
): AsyncGenerator<Heard> {
  const seen = new Set<string>()
  for (let before = ''; seen.size < historyRuns;) {
    const url = historyUrl(deck, bucket ?? '', root, job, before)
    if (url === null) return
    const page = await getText(get, url, MAX_PAGE_BYTES)
    const read = readHistory(page, { source, repo: repos.get(job) ?? repo, job }, now)
    const runs = [...new Set(read.facts.map(({ runId }) => runId))]
    if (runs.every((run) => seen.has(run))) return
    for (const run of runs) seen.add(run)
    yield read
    before = runs.at(-1) ?? ''
  }
}

/** A failure of the service may be over in the next round; what is not there, or is no page of past runs, stays so. */
const mayPass = (error: Error | null): boolean =>
  error instanceof UnexpectedAnswer && error.status >= 500

/** Past runs of the configured jobs, each job once. */
export async function* historyTurns(
  get: Get,
  cursor: ProwCursor,
  config: PastConfig,
  repos: ReadonlyMap<string, string>,
  now: number,
): AsyncGenerator<Turn> {
  for (const job of config.history) {
    if (config.bucket === null || cursor.histories.includes(job)) continue
    let isFound = false
    let failure: Error | null = null
    for (const root of HISTORY_ROOTS)
      try {
        for await (const page of historyPages(get, root, job, config, repos, now)) {
          isFound = true
          yield turnOf(page)
        }
      } catch (error) {
        if (!isApart(error)) throw error
        failure = error as Error
      }
    if (!isFound && failure !== null)
      yield turnOf({ notes: [{ oddity: 'unread-part', detail: failure.message }] })
    if (isFound || !mayPass(failure)) cursor.histories.push(job)
  }
}
