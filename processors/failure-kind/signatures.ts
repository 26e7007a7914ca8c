/** Processor `failure-signatures`: failures of a repository whose decisive lines are of one template are one cause. */

import type {
  FailureCause,
  FailureKindName,
  FailureSighting,
  FailureSignature,
} from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import {
  drop,
  emit,
  retire,
  setTimer,
  type Cells,
  type Effect,
  type Processor,
} from '../processor.ts'
import { formOf } from './form.ts'
import { bucketOf, matchOf, merged, wordsOf } from './template.ts'

const DAY_MS = 24 * 3_600_000
/** Signatures of one repository; of more, the one seen longest ago goes. */
const MOST_SIGNATURES = 256
/** A cause that was not seen for so long is forgotten. */
const FORGOTTEN_MS = 90 * DAY_MS
const MOST_JOBS = 32
const JOBS_SHOWN = 5
const MOST_FORMS = 32

interface Entry {
  readonly signature: string
  readonly bucket: string
  lastAt: number
}
interface Index {
  entries: Entry[]
}
interface Signature {
  words: string[]
  kind: FailureKindName
  cause: FailureCause | null
  example: string
  runs: number
  jobs: string[]
  forms: string[]
  firstAt: number
  lastAt: number
  lastJob: string
  lastRunId: string
  lastAttempt: number
}

const array = (items: unknown): object => ({ type: 'array', items })
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: Object.entries(types).map(([field, type]) => ({ name: field, type })),
})
const CELLS = {
  index: record('SignatureIndex', {
    entries: array(record('Entry', { signature: 'string', bucket: 'string', lastAt: 'long' })),
  }),
  signature: record('Signature', {
    words: array('string'),
    kind: 'string',
    cause: ['null', 'string'],
    example: 'string',
    runs: 'int',
    jobs: array('string'),
    forms: array('string'),
    firstAt: 'long',
    lastAt: 'long',
    lastJob: 'string',
    lastRunId: 'string',
    lastAttempt: 'int',
  }),
}

export const failureSignatures: Processor = {
  name: 'failure-signatures',
  inputs: ['ci.failure-sightings.v1'],
  outputs: ['ci.failure-signatures.v1'],
  cells: CELLS,
  step: (cells, key, input, now) =>
    input.kind === 'timer'
      ? onForget(cells, key, now)
      : onSighting(cells, key, input.record as FailureSighting, now),
}

const cellOf = (signature: string): string => `signature/${signature}`
const indexOf = (cells: Cells): Index =>
  (cells.get('index') as Index | undefined) ?? { entries: [] }

const onSighting = (cells: Cells, key: string, seen: FailureSighting, now: number): Effect[] => {
  const index = indexOf(cells)
  const wasEmpty = index.entries.length === 0
  const words = wordsOf(formOf(seen.text))
  const entry = entryOf(cells, index, seen, words)
  const known = cells.get(cellOf(entry.signature)) as Signature | undefined
  const isRepeat = known?.lastRunId === seen.runId && known.lastJob === seen.job
  if (isRepeat && known.lastAttempt === seen.attempt) return [drop('duplicate')]
  const signature = counted(known, seen, words)
  entry.lastAt = seen.eventAt
  cells.put(cellOf(entry.signature), signature)
  const effects: Effect[] = [
    emit('ci.failure-signatures.v1', recordOf(entry.signature, signature, seen, now)),
  ]
  if (index.entries.length > MOST_SIGNATURES)
    effects.push(...forget(cells, key, index, oldest(index)))
  cells.put('index', index)
  if (wasEmpty) effects.push(setTimer('forget', now + FORGOTTEN_MS))
  return effects
}

/** The entry whose template the line is one with; a new one, named by the line's own form, where there is none. */
const entryOf = (cells: Cells, index: Index, seen: FailureSighting, words: string[]): Entry => {
  const bucket = bucketOf(words)
  const near = index.entries.filter((entry) => entry.bucket === bucket)
  const templates = near.map(
    ({ signature }) => (cells.get(cellOf(signature)) as Signature | undefined)?.words ?? [],
  )
  const found =
    near[matchOf(templates, words)] ?? near.find(({ signature }) => signature === seen.signature)
  if (found !== undefined) return found
  const made = { signature: seen.signature, bucket, lastAt: seen.eventAt }
  index.entries.push(made)
  return made
}

const counted = (
  known: Signature | undefined,
  seen: FailureSighting,
  words: string[],
): Signature => {
  const { kind, cause, text: example, job, runId, attempt, eventAt } = seen
  const { jobs = [], forms = [] } = known ?? {}
  return {
    words: known === undefined ? words : merged(known.words, words),
    ...{ kind, cause, example, runs: (known?.runs ?? 0) + 1 },
    jobs: jobs.includes(job) || jobs.length >= MOST_JOBS ? jobs : [...jobs, job],
    forms: [...forms.filter((form) => form !== seen.signature), seen.signature].slice(-MOST_FORMS),
    firstAt: Math.min(known?.firstAt ?? eventAt, eventAt),
    lastAt: Math.max(known?.lastAt ?? eventAt, eventAt),
    ...{ lastJob: job, lastRunId: runId, lastAttempt: attempt },
  }
}

const recordOf = (
  name: string,
  { words, jobs, forms, ...signature }: Signature,
  { eventId, eventAt, source, repo }: FailureSighting,
  now: number,
): FailureSignature => ({
  eventId: derivedId(eventId, 'failure-signature'),
  ...{ eventAt, observedAt: now, source, repo, signature: name, ...signature },
  ...{
    template: words.join(' '),
    jobs: jobs.length,
    jobNames: jobs.slice(0, JOBS_SHOWN),
    forms: [...forms],
  },
})

const oldest = ({ entries }: Index): Entry[] => {
  const first = Math.min(...entries.map(({ lastAt }) => lastAt))
  return entries.filter(({ lastAt }) => lastAt === first).slice(0, 1)
}

const forget = (cells: Cells, repo: string, index: Index, old: readonly Entry[]): Effect[] => {
  index.entries = index.entries.filter((entry) => !old.includes(entry))
  return old.map(({ signature }) => {
    cells.delete(cellOf(signature))
    return retire('ci.failure-signatures.v1', keyOf(...keyParts(repo), signature))
  })
}

/** Once for each first day that a signature may be due: the timer waits for the one seen longest ago. */
const onForget = (cells: Cells, repo: string, now: number): Effect[] => {
  const index = indexOf(cells)
  const old = index.entries.filter(({ lastAt }) => lastAt + FORGOTTEN_MS <= now)
  const effects = forget(cells, repo, index, old)
  if (index.entries.length === 0) {
    cells.delete('index')
    return effects
  }
  cells.put('index', index)
  const next = Math.min(...index.entries.map(({ lastAt }) => lastAt)) + FORGOTTEN_MS
  return [...effects, setTimer('forget', Math.max(next, now + DAY_MS))]
}
