/** The list of all ProwJobs against what was heard before: new facts, and the runs to follow. */

import { derivedId } from '../../schemas/ids.ts'
import { RefusedPayload } from '../payload/heard.ts'
import { jsonOf, jsonsAt, keyOf, textAt, type Json } from '../payload/json.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
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
  /** What is new, so many jobs at a time. Changes the cursor in place. */
  readonly turns: () => Generator<Turn>
}

/** Jobs of one turn: after a long absence all of them are new. */
const TURN_JOBS = 1000

const nameOf = (job: Json): string =>
  keyOf(
    textAt(job, 'metadata', 'name') ??
      `${textAt(job, 'spec', 'job') ?? ''} ${textAt(job, 'status', 'build_id') ?? ''}`,
  )
/** Changes with what is told of a job; short, since a Prow lists tens of thousands. */
const markOf = (job: Json): string => {
  const told = ['state', 'build_id', 'pendingTime', 'completionTime']
  const text = told.map((field) => textAt(job, 'status', field) ?? '').join(' ')
  return derivedId(text, 'mark').slice(0, 8)
}

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

/** What is new of one job. Changes the cursor in place. */
const readJob = (
  job: Json,
  cursor: ProwCursor,
  options: ListingOptions,
  retests: number,
): Partial<Turn> => {
  const name = nameOf(job)
  const mark = markOf(job)
  const before = cursor.jobs[name]
  if (before?.mark === mark) return {}
  const told = before?.told ?? ''
  try {
    const reading = readProwJob(job, { ...options, retests })
    const facts = reading.facts.filter(({ kind }) => !told.includes(kind.charAt(0)))
    const initials = facts.map(({ kind }) => kind.charAt(0)).join('')
    cursor.jobs[name] = { mark, told: told + initials }
    follow(cursor, job, reading, options.bucket)
    return { facts, notes: reading.notes }
  } catch (error) {
    if (!(error instanceof RefusedPayload)) throw error
    cursor.jobs[name] = { mark, told }
    const { reason, message: detail } = error
    return { refused: [{ reason, detail, payload: JSON.stringify(job) }] }
  }
}

const forget = (cursor: ProwCursor, listed: ReadonlySet<string>): void => {
  for (const name of Object.keys(cursor.jobs))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    if (!listed.has(name)) delete cursor.jobs[name]
}

/** A listing against what was heard before. Throws {@link RefusedPayload} where it is no listing. */
export const readListing = (
  payload: unknown,
  cursor: ProwCursor,
  options: ListingOptions,
): Listing => {
  const list = jsonOf(payload)
  if (!Array.isArray(list['items'])) throw new RefusedPayload('missing-field', 'items is missing')
  const jobs = jsonsAt(list, 'items')
  const listed = new Set(jobs.map(nameOf))
  const retests = retestsOf(jobs)
  function* turns(): Generator<Turn> {
    forget(cursor, listed)
    for (let from = 0; from < jobs.length; from += TURN_JOBS) {
      const parts = jobs
        .slice(from, from + TURN_JOBS)
        .map((job) => readJob(job, cursor, options, retests.get(nameOf(job)) ?? 0))
      yield turnOf({
        facts: parts.flatMap(({ facts = [] }) => facts),
        notes: parts.flatMap(({ notes = [] }) => notes),
        refused: parts.flatMap(({ refused = [] }) => refused),
      })
    }
  }
  return { listed, repos: reposOf(jobs, options.repo), turns }
}
