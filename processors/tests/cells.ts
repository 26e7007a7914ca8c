/** What is kept of the tests of a job: a head, its columns in chunks, its tests in sheets, and failures that are alike. */

import type { Outcome } from '../../schemas/events.ts'
import type { Cells } from '../processor.ts'

/** What is kept of a test that has failed. */
export interface Trouble {
  /** Fingerprint of the newest failure; 0 where it had no message. */
  fingerprint: number
  /** Bets that the test fails more than its basis does (bets.ts): column to go on at, number of starts, stakes. */
  betFrom: number
  starts: number
  stakes: number[]
  /** Since when it is a regression, when the last one was over; 0 where never. */
  regressedAt: number
  clearedAt: number
  /** The basis of an open regression stays as it was when that opened. */
  basisRuns: number
  basisFailures: number
}

/** One test of a job. */
export interface Row {
  readonly hash: number
  readonly test: string
  /** Its cells (schemas/strips.ts). */
  last: number
  strip: number[]
  /** Decayed mean duration of its passes in seconds; −1 before the first. */
  passSeconds: number
  /** True where something was heard that was not looked at yet. */
  isTouched: boolean
  /** Place in the list of words, and when it was said; −1 and 0 before. */
  word: number
  saidAt: number
  trouble: Trouble | null
}
export interface Sheet {
  rows: Row[]
}

/** One run of a job whose tests are known. */
export interface Column {
  readonly runId: string
  readonly attempt: number
  readonly at: number
  sha: string | null
  outcome: Outcome | null
  passed: number
  failed: number
  flaky: number
  skipped: number
  fresh: number
  /** Results that the source calls blocked and timed out. */
  blocked: number
  timedOut: number
  /** Milliseconds and number of passes whose duration was told, and of other results. */
  passMs: number
  passes: number
  otherMs: number
  others: number
}
export interface Chunk {
  columns: Column[]
}

/** The head: everything that is read with every input. */
export interface Tab {
  tests: number
  sheets: number
  /** Characters of all rows, from which the number of sheets follows. */
  characters: number
  /** Number of the next column; those kept have times and marks, oldest first. */
  next: number
  times: number[]
  marks: number[]
  /** Sheets with rows that were not looked at yet. */
  touched: number[]
  /** Tests whose newest result failed or whose alert is open. */
  red: number[]
  alerts: number
  hasPasses: boolean
  /** When the timers are due; 0 where not set. */
  paneAt: number
  staleAt: number
  /** The full hour as of which KPIs are told next. */
  kpisAt: number
}

/** Messages that are alike. */
export interface Group {
  readonly fingerprint: number
  readonly text: string
  runs: number
  results: number
  tests: number[]
  names: string[]
  readonly firstAt: number
  lastAt: number
  /** Columns it was heard in lately. */
  columns: number[]
  lastRunId: string
  lastAttempt: number
  isTouched: boolean
}
export interface Groups {
  groups: Group[]
}

const fields = (types: Record<string, unknown>): object[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: fields(types),
})
const listOf = (items: unknown): object => ({ type: 'array', items })

const TROUBLE = record('Trouble', {
  fingerprint: 'long',
  betFrom: 'long',
  starts: 'int',
  stakes: listOf('double'),
  regressedAt: 'long',
  clearedAt: 'long',
  basisRuns: 'int',
  basisFailures: 'int',
})
const ROW = record('Row', {
  hash: 'long',
  test: 'string',
  last: 'long',
  strip: listOf('int'),
  passSeconds: 'double',
  isTouched: 'boolean',
  word: 'int',
  saidAt: 'long',
  trouble: ['null', TROUBLE],
})
const COLUMN = record('Column', {
  runId: 'string',
  attempt: 'int',
  at: 'long',
  sha: ['null', 'string'],
  outcome: ['null', 'string'],
  passed: 'int',
  failed: 'int',
  flaky: 'int',
  skipped: 'int',
  fresh: 'int',
  blocked: 'int',
  timedOut: 'int',
  passMs: 'long',
  passes: 'int',
  otherMs: 'long',
  others: 'int',
})
const GROUP = record('Group', {
  fingerprint: 'long',
  text: 'string',
  runs: 'int',
  results: 'int',
  tests: listOf('long'),
  names: listOf('string'),
  firstAt: 'long',
  lastAt: 'long',
  columns: listOf('long'),
  lastRunId: 'string',
  lastAttempt: 'int',
  isTouched: 'boolean',
})

/** Cell kinds: `run/<name>` is a run's column, `columns/<n>` a chunk of columns, `sheet/<n>` a sheet of tests. */
export const TEST_CELLS = {
  tab: record('Tab', {
    tests: 'int',
    sheets: 'int',
    characters: 'long',
    next: 'long',
    times: listOf('long'),
    marks: listOf('int'),
    touched: listOf('int'),
    red: listOf('long'),
    alerts: 'int',
    hasPasses: 'boolean',
    paneAt: 'long',
    staleAt: 'long',
    kpisAt: 'long',
  }),
  run: { type: 'long' },
  columns: record('Chunk', { columns: listOf(COLUMN) }),
  sheet: record('Sheet', { rows: listOf(ROW) }),
  groups: record('Groups', { groups: listOf(GROUP) }),
} as const

export const tabOf = (cells: Cells): Tab | undefined => cells.get('tab') as Tab | undefined
export const newTab = (): Tab => ({
  tests: 0,
  sheets: 1,
  characters: 0,
  next: 0,
  times: [],
  marks: [],
  touched: [],
  red: [],
  alerts: 0,
  hasPasses: false,
  paneAt: 0,
  staleAt: 0,
  kpisAt: 0,
})

/** Number of the oldest column that is kept. */
export const firstColumn = (tab: Tab): number => tab.next - tab.times.length
