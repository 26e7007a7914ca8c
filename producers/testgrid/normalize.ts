/**
 * A grid to facts: of each column that changed, what is new of its run and the cells that changed. Columns change while
 * their run goes on, so the cells of running columns are remembered; of the others a digest is enough.
 */

import type { RunEvent, RunRef, TestResult } from '../../schemas/events.ts'
import { labelsOf, runFact, testFact } from '../payload/facts.ts'
import type { Heard, Note } from '../payload/heard.ts'
import { keyOf } from '../payload/json.ts'
import { digestsOf, rowHash } from './digest.ts'
import { isOverall, messageOf, type Column, type Grid, type Row } from './grid.ts'
import { isKnownStatus, NO_RESULT, RUNNING, statusOf } from './statuses.ts'

/** What was heard of a tab: plain data, kept with the cursor. */
export interface TabState {
  /** Digest of each column by build. */
  readonly digests: Readonly<Record<string, string>>
  /** Cells of columns whose run goes on, by build and row. */
  readonly open: Readonly<Record<string, Readonly<Record<string, number>>>>
}
export const NEW_TAB: TabState = { digests: {}, open: {} }

export interface TabOptions {
  readonly source: string
  readonly dashboard: string
  readonly tab: string
  /** Names that may stand before `.Overall`, besides that of the tab. */
  readonly jobs?: readonly string[]
  readonly now: number
  /** Columns that started before this instant are left out. */
  readonly since: number
}
export interface GridReading extends Heard {
  readonly state: TabState
}

/** Tests with the short names they are remembered by. */
type Tests = readonly (readonly [key: string, row: Row])[]

const MINUTE_MS = 60_000
const MAX_FAILED_TESTS = 50

interface ColumnEnd {
  readonly facts: RunEvent[]
  /** When what the cells say became true. */
  readonly at: number
  readonly isOpen: boolean
}

/** What the row Overall says of the run of a column. An end whose time is not told has no length, unless its run was seen to go on. */
const runFacts = (
  run: RunRef,
  column: Column,
  j: number,
  overall: Row | undefined,
  wasOpen: boolean,
  now: number,
): ColumnEnd => {
  const code = overall?.codes[j] ?? NO_RESULT
  const outcome = statusOf(code).run
  const told = { eventAt: column.startedAt ?? now, observedAt: now }
  const labels = labelsOf({ metadata: column.isMissing ? 'missing' : null })
  const more = { sha: column.sha, labels }
  const started = runFact(run, 'started', told, { ...more, startedAt: column.startedAt })
  if (code === RUNNING) return { facts: wasOpen ? [] : [started], at: now, isOpen: true }
  if (outcome === null) return { facts: [], at: told.eventAt, isOpen: false }
  const minutes = overall?.minutes[j] ?? null
  const length = minutes === null ? null : Math.round(minutes * MINUTE_MS)
  const eventAt = length !== null ? told.eventAt + length : wasOpen ? now : told.eventAt
  const isTimed = column.startedAt !== null && (length !== null || wasOpen)
  const startedAt = isTimed ? column.startedAt : null
  const rawOutcome = statusOf(code).word
  const end = { ...more, outcome, rawOutcome, startedAt }
  const finished = runFact(run, 'finished', { eventAt, observedAt: now }, end, rawOutcome)
  return {
    facts: isTimed && !wasOpen ? [started, finished] : [finished],
    at: eventAt,
    isOpen: false,
  }
}

const cellFact = (run: RunRef, row: Row, j: number, at: number, now: number): TestResult | null => {
  const { test: status, word: rawStatus } = statusOf(row.codes[j] ?? NO_RESULT)
  if (status === null) return null
  const minutes = row.minutes[j] ?? null
  return testFact(
    run,
    { eventAt: at, observedAt: now },
    {
      test: row.name,
      status,
      rawStatus,
      durationSeconds: minutes === null ? null : minutes * 60,
      message: messageOf(row, j),
    },
  )
}

const countsOf = (tests: Tests, j: number) => {
  const counts = { passed: 0, failed: 0, failedTests: [] as string[] }
  for (const [, row] of tests) {
    const { test } = statusOf(row.codes[j] ?? NO_RESULT)
    if (test === 'passed' || test === 'flaky') counts.passed += 1
    if (test !== 'failed' && test !== 'error') continue
    counts.failed += 1
    if (counts.failedTests.length < MAX_FAILED_TESTS) counts.failedTests.push(row.name)
  }
  return counts
}

const noteCodes = (rows: readonly Row[], notes: Note[]): void => {
  const odd = new Set<number>()
  for (const { codes } of rows) for (const code of codes) if (!isKnownStatus(code)) odd.add(code)
  for (const code of odd) notes.push({ oddity: 'unknown-word', detail: `cell state ${code}` })
}

interface ColumnReading {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  /** Cells by row while the run goes on. */
  readonly open: Readonly<Record<string, number>> | null
}

const readCells = (
  run: RunRef,
  tests: Tests,
  j: number,
  known: Readonly<Record<string, number>> | undefined,
  at: number,
  now: number,
) => {
  const cells: Record<string, number> = {}
  const results: TestResult[] = []
  for (const [key, row] of tests) {
    const code = row.codes[j] ?? NO_RESULT
    if (code === NO_RESULT) continue
    cells[key] = code
    const result = known?.[key] === code ? null : cellFact(run, row, j, at, now)
    if (result !== null) results.push(result)
  }
  return { cells, results }
}

const readColumn = (
  run: RunRef,
  column: Column,
  j: number,
  overall: Row | undefined,
  tests: Tests,
  known: Readonly<Record<string, number>> | undefined,
  now: number,
): ColumnReading => {
  const end = runFacts(run, column, j, overall, known !== undefined, now)
  const { cells, results } = readCells(run, tests, j, known, end.at, now)
  const counts = countsOf(tests, j)
  const facts = [...end.facts]
  if (counts.passed + counts.failed > 0) {
    const told = { eventAt: end.at, observedAt: now }
    const ids = [String(counts.passed), String(counts.failed)]
    const report = runFact(run, 'testsReported', told, counts, ...ids)
    // The end of a run comes last: what follows it is no news from inside the run.
    facts.splice(facts.at(-1)?.kind === 'finished' ? -1 : facts.length, 0, report)
  }
  return { facts, tests: results, open: end.isOpen ? cells : null }
}

/** What is new in a grid since the state before. Facts of older columns come first. */
export const readGrid = (grid: Grid, before: TabState, options: TabOptions): GridReading => {
  const { source, dashboard, tab, now, since } = options
  const jobs = [tab, ...(options.jobs ?? [])]
  const overall = grid.rows.find((row) => isOverall(row, jobs))
  const tests = grid.rows
    .filter((row) => !isOverall(row, jobs))
    .map((row) => [rowHash(row.name).toString(36), row] as const)
  const marks = digestsOf(grid)
  const [facts, results, notes]: [RunEvent[], TestResult[], Note[]] = [[], [], []]
  noteCodes(grid.rows, notes)
  const digests: Record<string, string> = {}
  const open: Record<string, Readonly<Record<string, number>>> = {}
  for (const [j, column] of [...grid.columns.entries()].reverse()) {
    const { build, startedAt } = column
    const key = keyOf(build)
    const known = before.open[key]
    digests[key] = marks[j] ?? ''
    if (before.digests[key] === marks[j]) {
      if (known !== undefined) open[key] = known
      continue
    }
    if (startedAt !== null && startedAt < since) continue
    const run = { source, repo: dashboard, job: tab, runId: build, attempt: 1 }
    const reading = readColumn(run, column, j, overall, tests, known, now)
    facts.push(...reading.facts)
    for (const result of reading.tests) results.push(result)
    if (reading.open !== null) open[key] = reading.open
  }
  return { facts, tests: results, notes, state: { digests, open } }
}
