/** The list of all ProwJobs against what was heard before: new facts, and the runs to follow. */

import type { RunEvent } from '../../schemas/events.ts'
import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import { jsonOf, jsonsAt, textAt, type Json } from '../payload/json.ts'
import { folderOf } from './bucket.ts'
import { changeKey, repoOf } from './change.ts'
import { newOpenRun, type ProwCursor } from './cursor.ts'
import { readProwJob, type ProwOptions } from './normalize.ts'

export interface ListingOptions extends Omit<ProwOptions, 'retests'> {
  /** Bucket of jobs that name none. */
  readonly bucket: string | null
}
export interface Listing {
  /** Names of the ProwJobs that are listed. */
  readonly listed: ReadonlySet<string>
  readonly repos: ReadonlyMap<string, string>
  readonly facts: readonly RunEvent[]
  readonly notes: readonly Note[]
  readonly refused: readonly Refused[]
}

const nameOf = (job: Json): string => textAt(job, 'metadata', 'name') ?? ''
const markOf = (job: Json): string =>
  ['state', 'build_id', 'pendingTime', 'completionTime']
    .map((field) => textAt(job, 'status', field) ?? '')
    .join(' ')

/** How many runs of the same job for the same change came before each: the chain of its retests. */
const retestsOf = (jobs: readonly Json[]): ReadonlyMap<string, number> => {
  const chains = new Map<string, Json[]>()
  for (const job of jobs) {
    const change = changeKey(job)
    if (change === null) continue
    const chain = `${textAt(job, 'spec', 'job') ?? ''} ${change}`
    chains.set(chain, [...(chains.get(chain) ?? []), job])
  }
  const startOf = (job: Json) => textAt(job, 'status', 'startTime') ?? ''
  const retests = new Map<string, number>()
  for (const chain of chains.values())
    chain
      .sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
      .forEach((job, place) => retests.set(nameOf(job), place))
  return retests
}

const follow = (
  cursor: ProwCursor,
  job: Json,
  { run, isOpen, facts }: ReturnType<typeof readProwJob>,
  bucket: string | null,
): void => {
  const name = nameOf(job)
  if (run === null) return
  // What had ended before it was first heard is not followed: its story is told by its end.
  const open = cursor.open[name] ?? (isOpen ? newOpenRun(run, folderOf(job, bucket)) : null)
  if (open === null) return
  open.isStarted = facts.some(({ kind }) => kind === 'started')
  open.isEnded = !isOpen
  cursor.open[name] = open
}

/** Runs that Prow no longer lists and whose end was not heard: their bucket may tell it. */
export const lostRuns = (cursor: ProwCursor, listed: ReadonlySet<string>): string[] =>
  Object.entries(cursor.open)
    .filter(([name, { isEnded }]) => !isEnded && !listed.has(name))
    .map(([name]) => name)

/** Repository of each listed job by its name: the list of past runs does not tell it. */
const reposOf = (jobs: readonly Json[], fallback?: string): ReadonlyMap<string, string> =>
  new Map(jobs.map((job) => [textAt(job, 'spec', 'job') ?? '', repoOf(job, fallback)]))

/** New facts of a listing. Changes the cursor in place. Throws {@link RefusedPayload} where it is no listing. */
export const readListing = (
  payload: unknown,
  cursor: ProwCursor,
  options: ListingOptions,
): Listing => {
  const list = jsonOf(payload)
  if (!Array.isArray(list['items'])) throw new RefusedPayload('missing-field', 'items is missing')
  const jobs = jsonsAt(list, 'items')
  const retests = retestsOf(jobs)
  const facts: RunEvent[] = []
  const notes: Note[] = []
  const refused: Refused[] = []
  const listed = new Set<string>()
  for (const job of jobs) {
    const name = nameOf(job)
    listed.add(name)
    const mark = markOf(job)
    const before = cursor.jobs[name]
    if (before?.mark === mark) continue
    try {
      const reading = readProwJob(job, { ...options, retests: retests.get(name) ?? 0 })
      const told = before?.told ?? []
      const news = reading.facts.filter(({ kind }) => !told.includes(kind))
      facts.push(...news)
      notes.push(...reading.notes)
      cursor.jobs[name] = { mark, told: [...told, ...news.map(({ kind }) => kind)] }
      follow(cursor, job, reading, options.bucket)
    } catch (error) {
      if (!(error instanceof RefusedPayload)) throw error
      cursor.jobs[name] = { mark, told: before?.told ?? [] }
      refused.push({ reason: error.reason, detail: error.message, payload: JSON.stringify(job) })
    }
  }
  for (const name of Object.keys(cursor.jobs))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    if (!listed.has(name)) delete cursor.jobs[name]
  return { facts, notes, refused, listed, repos: reposOf(jobs, options.repo) }
}
