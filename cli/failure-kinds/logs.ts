/** THE table of labelled sets: how the logs of each, their kinds and their decisive lines are read. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import type { FailureKindName } from '../../schemas/events.ts'
import type { LabelledLog } from './labelled-log.ts'
import { OWN_LIST, ownLogs } from './own-set.ts'
import { PROW_LOGS } from './prow-logs.ts'

interface SetRow {
  /** A file that only such a set has. */
  readonly has: string
  readonly logs: (folder: string) => Iterable<LabelledLog>
  /** Whose words the labels are. */
  readonly labels: string
}

const bytesOf = (path: string): Uint8Array =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)
const rowsOf = (path: string): Record<string, string>[] =>
  parse(readFileSync(path), { columns: true })
const linesOf = (path: string): unknown[] =>
  Buffer.from(bytesOf(path))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line))
const withoutLoneReturns = (bytes: Uint8Array): Uint8Array =>
  encode(
    Buffer.from(bytes)
      .toString('utf8')
      .replace(/\r(?!\n)/g, '\n'),
  )
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const PYTORCH_KINDS: Readonly<Record<string, FailureKindName>> = {
  ...{ test: 'test', infra: 'infrastructure', build: 'build', lint: 'policy', change: 'policy' },
  ...{ timeout: 'timeout', cancelled: 'cancelled', crash: 'crash' },
}
function* pytorch(folder: string): Generator<LabelledLog> {
  for (const { file = '', slug = '', kind = '', decisive_line } of rowsOf(
    join(folder, 'labels.csv'),
  )) {
    const named = PYTORCH_KINDS[kind]
    const line = Number(decisive_line)
    const bytes = bytesOf(join(folder, file))
    yield { name: slug, bytes, kinds: named ? [named] : null, decisive: [[line, line]] }
  }
}

/** By the name of the file, as the set says; two kinds where the name tells both. */
const MOZILLA_KINDS: readonly (readonly [RegExp, readonly FailureKindName[]])[] = [
  [/^build-fail/, ['build']],
  [/timeout-crash/, ['timeout', 'crash']],
  [/timeout|taskcluster-only/, ['timeout']],
  [/crash|asan/, ['crash']],
  [/plain-chunked/, []],
  [/./, ['test']],
]
interface MarkedLine {
  readonly linenumber: number
  readonly line: string
}
/** The line that holds the text, nearest to its number: the origin counts from 0 or 1, and some carriage returns as well. */
const placeOf = (lines: readonly string[], { linenumber, line }: MarkedLine): number | null => {
  const text = line.trim().slice(0, 80)
  for (let off = 0; off <= 12; off += 1)
    for (const at of [linenumber - off, linenumber + off])
      if (lines[at - 1]?.includes(text) === true) return at
  return null
}
function* mozilla(folder: string): Generator<LabelledLog> {
  for (const file of readdirSync(folder)
    .filter((each) => each.endsWith('.log.gz'))
    .sort()) {
    const name = file.replace('.log.gz', '')
    const view = join(folder, `${name}.logview.json`)
    if (!existsSync(view)) continue
    const { errors } = JSON.parse(readFileSync(view, 'utf8')) as { errors: MarkedLine[] }
    const bytes = bytesOf(join(folder, file))
    const lines = Buffer.from(bytes).toString('utf8').split('\n')
    const decisive = errors.flatMap((marked) => {
      const at = placeOf(lines, marked)
      return at === null ? [] : [[at, at] as const]
    })
    const kinds = MOZILLA_KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? []
    yield { name, bytes, kinds, decisive }
  }
}

interface Chunk {
  readonly repo: string
  readonly log_id: string
  readonly window: string
  readonly window_first_line: number
  readonly chunk_start_line: number
  readonly chunk_end_line: number
}
function* logchunks(folder: string): Generator<LabelledLog> {
  for (const row of linesOf(join(folder, 'chunks.jsonl.gz')) as Chunk[]) {
    const first = row.chunk_start_line - row.window_first_line + 1
    const last = row.chunk_end_line - row.window_first_line + 1
    yield {
      name: `${row.repo} ${row.log_id}`,
      bytes: encode(`${row.window}\n`),
      kinds: null,
      decisive: [[first, last]],
    }
  }
}

function* cidiff(folder: string): Generator<LabelledLog> {
  for (const row of rowsOf(join(folder, 'cases.csv'))) {
    // The origin counts a lone carriage return as the end of a line.
    const bytes = bytesOf(join(folder, `${row['case'] ?? ''}.fail.log.gz`))
    const ranges = [...(row['groundtruth'] ?? '').matchAll(/\bE (\d+)(?:-(\d+))?/g)]
    yield {
      name: row['case'] ?? '',
      bytes: withoutLoneReturns(bytes),
      kinds: null,
      decisive: ranges.map(([, from, to]) => [Number(from), Number(to ?? from)] as const),
    }
  }
}

const OCP_KINDS: Readonly<Record<string, FailureKindName>> = {
  ...{
    test_failure: 'test',
    matrix_mismatch: 'test',
    infra: 'infrastructure',
    error: 'infrastructure',
  },
}
interface StepLog {
  readonly run_id: string
  readonly step: string
  readonly category: string
  readonly log: string
}
/** The logs of the failed steps of a run, one after the other. */
function* ocp(folder: string): Generator<LabelledLog> {
  const rows = linesOf(join(folder, 'failed-step-logs.jsonl.gz')) as StepLog[]
  for (const [runId, logs] of Map.groupBy(rows, ({ run_id }) => run_id)) {
    const kind = OCP_KINDS[logs[0]?.category ?? '']
    const text = logs.map(({ log }) => `${log}\n`).join('')
    yield { name: runId, bytes: encode(text), kinds: kind ? [kind] : null, decisive: null }
  }
}

const NODE_KINDS: Readonly<Record<string, FailureKindName>> = {
  ...{ JS_TEST_FAILURE: 'test', BUILD_FAILURE: 'build', CC_TEST_FAILURE: 'test' },
  ...{ JENKINS_FAILURE: 'infrastructure', GIT_FAILURE: 'infrastructure' },
}
function* node(folder: string): Generator<LabelledLog> {
  const rows = linesOf(join(folder, 'failures.jsonl')) as {
    type: string
    reason: string
    excerpt: string
  }[]
  for (const { type, reason, excerpt } of rows) {
    const kind = NODE_KINDS[type]
    yield {
      name: reason,
      bytes: encode(`${excerpt}\n`),
      kinds: kind ? [kind] : null,
      decisive: null,
    }
  }
}

function* prowLogs(folder: string): Generator<LabelledLog> {
  for (const file of readdirSync(join(folder, 'build-logs')).sort()) {
    const of = PROW_LOGS[file.split('.')[0] ?? '']
    if (of === undefined) continue
    yield {
      name: file,
      bytes: bytesOf(join(folder, 'build-logs', file)),
      kinds: [of.kind],
      decisive: of.lines.length === 0 ? null : of.lines.map((line) => [line, line] as const),
    }
  }
}

const SETS: Readonly<Record<string, SetRow>> = {
  'pytorch-failure-logs': {
    has: 'labels.csv',
    logs: pytorch,
    labels: "its maintainers' rules, reviewed; kinds grouped",
  },
  'mozilla-job-logs': {
    has: 'build-fail.logview.json',
    logs: mozilla,
    labels: 'names of the files; lines its parser must find',
  },
  logchunks: { has: 'chunks.jsonl.gz', logs: logchunks, labels: 'marked by hand' },
  'cidiff-breakages': { has: 'cases.csv', logs: cidiff, labels: 'marked by hand' },
  'ocp-nightly-prow': {
    has: 'failed-step-logs.jsonl.gz',
    logs: ocp,
    labels: "its monitor's rules, for the run as a whole",
  },
  'node-failure-kinds': { has: 'failures.jsonl', logs: node, labels: "its reporter's patterns" },
  'prow-logs': { has: 'build-logs', logs: prowLogs, labels: 'read by us' },
}

export interface LabelledSet {
  readonly name: string
  readonly folder: string
  readonly labels: string
  readonly logs: () => Iterable<LabelledLog>
}

/** The set that a folder holds, one of one's own by the name of the folder; null where it is none. */
export const setOf = (path: string): LabelledSet | null => {
  const folder = resolve(path)
  if (existsSync(join(folder, OWN_LIST)))
    return { name: basename(folder), folder, labels: 'your own', logs: () => ownLogs(folder) }
  for (const [name, { has, logs, labels }] of Object.entries(SETS))
    if (existsSync(join(folder, has))) return { name, folder, labels, logs: () => logs(folder) }
  return null
}
