/** The list of all ProwJobs against what was heard before: new facts, and the runs to follow. */

import { derivedId } from '../../schemas/ids.ts'
import { RefusedPayload } from '../payload/heard.ts'
import { isJson, jsonAt, keyOf, textAt, type Json } from '../payload/json.ts'
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

/** Starts of the runs of one job for one change: the chain of its retests. */
type Chains = Map<string, string[]>
const startOf = (job: Json): string => textAt(job, 'status', 'startTime') ?? ''
const chainOf = (job: Json): string | null => {
  const change = changeKey(job)
  return change === null ? null : `${textAt(job, 'spec', 'job') ?? ''} ${change}`
}
const noteStart = (chains: Chains, job: Json): void => {
  const chain = chainOf(job)
  if (chain === null) return
  const starts = chains.get(chain)
  if (starts === undefined) chains.set(chain, [startOf(job)])
  else starts.push(startOf(job))
}
/** Earlier runs of the same job for the same change. */
const retestsOf = (chains: Chains, job: Json): number =>
  (chains.get(chainOf(job) ?? '') ?? []).filter((start) => start < startOf(job)).length

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

const LABELS = ['event-GUID', 'prow.k8s.io/is-optional', 'prow.k8s.io/build-id']
const DECORATION = ['timeout', 'grace_period', 'gcs_configuration']
const only = (json: Json, names: readonly string[]): Json =>
  Object.fromEntries(names.filter((name) => name in json).map((name) => [name, json[name]]))

/** A job without what makes it large and is not read: after a long absence thousands are held at once. */
const slim = (job: Json): Json => ({
  ...job,
  metadata: {
    ...only(jsonAt(job, 'metadata'), ['name', 'creationTimestamp']),
    labels: only(jsonAt(job, 'metadata', 'labels'), LABELS),
  },
  spec: {
    ...jsonAt(job, 'spec'),
    pod_spec: undefined,
    decoration_config: only(jsonAt(job, 'spec', 'decoration_config'), DECORATION),
  },
})

/** A listing against what was heard before. Of jobs that did not change nothing is kept. */
export const readListing = async (
  items: AsyncIterable<unknown>,
  cursor: ProwCursor,
  options: ListingOptions,
): Promise<Listing> => {
  const listed = new Set<string>()
  const repos = new Map<string, string>()
  const chains: Chains = new Map()
  const changed: Json[] = []
  let odd = 0
  for await (const job of items) {
    if (!isJson(job)) {
      odd += 1
      continue
    }
    const name = nameOf(job)
    listed.add(name)
    // The list of past runs does not tell their repository.
    repos.set(textAt(job, 'spec', 'job') ?? '', repoOf(job, options.repo))
    noteStart(chains, job)
    if (cursor.jobs[name]?.mark !== markOf(job)) changed.push(slim(job))
  }
  function* turns(): Generator<Turn> {
    forget(cursor, listed)
    if (odd > 0) {
      const detail = `${odd} jobs of the list are no objects, or over 4 MB`
      yield turnOf({ notes: [{ oddity: 'unread-part', detail }] })
    }
    for (let from = 0; from < changed.length; from += TURN_JOBS) {
      const parts = changed
        .slice(from, from + TURN_JOBS)
        .map((job) => readJob(job, cursor, options, retestsOf(chains, job)))
      yield turnOf({
        facts: parts.flatMap(({ facts = [] }) => facts),
        notes: parts.flatMap(({ notes = [] }) => notes),
        refused: parts.flatMap(({ refused = [] }) => refused),
      })
    }
  }
  return { listed, repos, turns }
}
