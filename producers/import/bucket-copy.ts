/** A run's files as Prow left them in its bucket, to facts that were heard as they happened. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { RunEvent, RunRef, TestResult } from '../../schemas/events.ts'
import { readBytes } from '../archive/file-bytes.ts'
import { excerptOf, type PickedLines } from '../log/excerpt-record.ts'
import { newExcerptState, openExcerpt } from '../log/excerpt.ts'
import { RefusedPayload, type Heard, type Note } from '../payload/heard.ts'
import { junitReader } from '../prow/junit.ts'
import { lineCutter } from '../log/lines.ts'
import { newLogState, readingEnd, readLines } from '../prow/log/reader.ts'
import { readFinished, readPodInfo, readStarted } from '../prow/normalize-bucket.ts'
import { readProwJob } from '../prow/normalize.ts'
import { stepOf } from '../prow/run-files.ts'
import { openStepLog } from '../prow/step-log.ts'
import { junitFiles, logFiles, placeOf } from './run-folders.ts'

export interface CopyOptions {
  readonly source: string
  /** Repository of jobs that name none. */
  readonly repo: string
  /** Times after this are absurd. */
  readonly now: number
}
/** What one file of a run says, and what is wrong with it. */
export interface CopyReading {
  readonly file: string
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  /** Lines of logs that may tell of a failure. */
  readonly others: readonly PickedLines[]
  readonly notes: readonly Note[]
  readonly refused: string | null
}

const MAX_JSON_BYTES = 8 * 2 ** 20
const NOTHING = { facts: [], tests: [], others: [], notes: [], refused: null }

const found = (folder: string, file: string): string | null =>
  [join(folder, file), join(folder, `${file}.gz`)].find((path) => existsSync(path)) ?? null

const jsonOf = (path: string): unknown => {
  if (statSync(path).size > MAX_JSON_BYTES)
    throw new RefusedPayload('not-an-object', `it is larger than ${MAX_JSON_BYTES} bytes`)
  const bytes = readFileSync(path)
  try {
    const whole = path.endsWith('.gz')
      ? gunzipSync(bytes, { maxOutputLength: MAX_JSON_BYTES })
      : bytes
    return JSON.parse(whole.toString('utf8')) as unknown
  } catch (error) {
    throw new RefusedPayload('not-an-object', (error as Error).message)
  }
}

/** What a JSON file says; nothing where it is not there. */
const readJson = <T extends Partial<Heard>>(
  folder: string,
  file: string,
  read: (payload: unknown) => T,
): { readonly reading: CopyReading; readonly said: T | null } => {
  const path = found(folder, file)
  if (path === null) return { reading: { ...NOTHING, file }, said: null }
  try {
    const said = read(jsonOf(path))
    const { facts = [], notes = [] } = said
    return { reading: { ...NOTHING, file, facts, notes }, said }
  } catch (error) {
    if (!(error instanceof RefusedPayload)) throw error
    return { reading: { ...NOTHING, file, refused: error.message }, said: null }
  }
}

const noBytes = (): void => undefined

/** Steps, leases, tests and loud lines of the log of the run, a piece at a time. */
async function* readLog(folder: string, run: RunRef, now: number): AsyncGenerator<CopyReading> {
  const path = found(folder, 'build-log.txt')
  if (path === null) return
  const [file, hearing] = ['build-log.txt', { run, now }]
  const state = newLogState()
  const cutter = lineCutter({ offset: 0, isInLongLine: false })
  const picked = newExcerptState()
  const excerpt = openExcerpt(picked)
  let bytes = 0
  try {
    for await (const piece of readBytes(path, noBytes)) {
      bytes += piece.length
      excerpt.push(piece)
      const facts = readLines(state, cutter.push(piece), hearing)
      if (facts.length > 0) yield { ...NOTHING, file, facts }
    }
  } catch (error) {
    yield { ...NOTHING, file, refused: (error as Error).message }
  }
  const facts = [...readLines(state, cutter.end(), hearing), ...readingEnd(state, bytes, hearing)]
  const told = { eventAt: now, observedAt: now }
  const others = excerptOf(run, file, excerpt.take(true), picked, true, told)
  yield { ...NOTHING, file, facts, others }
}

/** Logs of steps, each written when its step ended: by the log of the run, else by the end of the run. */
async function* readStepLogs(
  folder: string,
  run: RunRef,
  endsOfSteps: ReadonlyMap<string, number>,
  endedAt: number,
): AsyncGenerator<CopyReading> {
  const artifacts = join(folder, 'artifacts')
  for (const path of existsSync(artifacts) ? logFiles(artifacts) : []) {
    const file = relative(folder, path).replace(/\.gz$/, '')
    const step = stepOf(file)
    if (step === null) continue
    const now = endsOfSteps.get(step) ?? endedAt
    const log = openStepLog(file, { run, now })
    try {
      for await (const piece of readBytes(path, noBytes)) log.push(piece)
    } catch (error) {
      yield { ...NOTHING, file, refused: (error as Error).message }
    }
    yield { ...NOTHING, file, ...log.end({ eventAt: now, observedAt: now }) }
  }
}

async function* readJunit(
  folder: string,
  run: RunRef,
  eventAt: number,
  now: number,
): AsyncGenerator<CopyReading> {
  const artifacts = join(folder, 'artifacts')
  for (const path of existsSync(artifacts) ? junitFiles(artifacts) : []) {
    const file = relative(folder, path).replace(/\.gz$/, '')
    const reader = junitReader({ run, file, eventAt, now })
    try {
      for await (const piece of readBytes(path, noBytes))
        yield { ...NOTHING, file, tests: reader.push(piece) }
      yield { ...NOTHING, file, facts: [reader.end()] }
    } catch (error) {
      yield { ...NOTHING, file, refused: (error as Error).message }
    }
  }
}

/** Everything a run's folder says, file by file. A file that cannot be read keeps no other from being read. */
export async function* readRunFolder(
  folder: string,
  { source, repo, now }: CopyOptions,
): AsyncGenerator<CopyReading> {
  const place = placeOf(folder)
  const options = { source, repo: place.repo ?? repo, now }
  const job = readJson(folder, 'prowjob.json', (payload) => readProwJob(payload, options))
  const { job: name, runId } = place
  const ref = job.said?.run ?? { source, repo: options.repo, job: name, runId, attempt: 1 }
  // What has no time of its own was not heard when it happened.
  yield { ...job.reading, facts: job.reading.facts.filter(({ eventAt }) => eventAt !== now) }
  const started = readJson(folder, 'started.json', (one) => readStarted(one, ref, now))
  const pull = place.pull === null ? {} : { pull: place.pull }
  yield { ...started.reading, facts: started.reading.facts.map((one) => ({ ...one, ...pull })) }
  const end = readJson(folder, 'finished.json', (one) => readFinished(one, ref, now))
  const startedAt = started.reading.facts[0]?.eventAt ?? job.reading.facts.at(-1)?.eventAt
  const endedAt = end.reading.facts[0]?.eventAt ?? startedAt ?? now
  yield readJson(folder, 'podinfo.json', (one) => readPodInfo(one, ref, now)).reading
  // Lines without a time were written by its end.
  const endsOfSteps = new Map<string, number>()
  for await (const reading of readLog(folder, ref, endedAt)) {
    for (const { kind, step, eventAt } of reading.facts)
      if (kind === 'stepFinished' && step !== null) endsOfSteps.set(step, eventAt)
    yield reading
  }
  yield* readStepLogs(folder, ref, endsOfSteps, endedAt)
  yield* readJunit(folder, ref, endedAt, now)
  yield {
    ...end.reading,
    facts: end.reading.facts.map((one) => ({ ...one, startedAt: startedAt ?? null })),
  }
}
