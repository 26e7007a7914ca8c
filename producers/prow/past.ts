/** What the bucket tells of runs that are over: the past runs of a job, and the end of a run that Prow forgot. */

import { RefusedPayload, type Heard } from '../payload/heard.ts'
import { getJson, getText, UnexpectedAnswer, type Get } from '../payload/reach.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import type { RunRef } from '../../schemas/events.ts'
import { fileUrl, historyUrl } from './bucket.ts'
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

/** Past runs of the configured jobs, each job once. */
export async function* historyTurns(
  get: Get,
  cursor: ProwCursor,
  { source, deck, bucket, repo, history }: PastConfig,
  repos: ReadonlyMap<string, string>,
  now: number,
): AsyncGenerator<Turn> {
  for (const job of history) {
    if (bucket === null || cursor.histories.includes(job)) continue
    const url = historyUrl(deck, bucket, job)
    cursor.histories.push(job)
    if (url === null) continue
    try {
      const page = await getText(get, url, MAX_PAGE_BYTES)
      yield turnOf(readHistory(page, { source, repo: repos.get(job) ?? repo, job }, now))
    } catch (error) {
      if (!isApart(error)) throw error
      const detail = error instanceof Error ? error.message : job
      yield turnOf({ notes: [{ oddity: 'unread-part', detail }] })
    }
  }
}
