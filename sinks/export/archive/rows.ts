/** Facts to rows of an archive, by column. */

import type { RunEvent, RunRef, TestResult } from '../../../schemas/events.ts'
import { COLUMNS, OUTCOME_WORDS, RAW_COLUMNS, STATUS_WORDS, wordFor } from './format.ts'
import { startOf, tellingsOf, type Telling } from './tellings.ts'

/** Values by column; a column that is not there is empty. */
export type ArchiveRow = Readonly<Record<string, string>>

const RESERVED: ReadonlySet<string> = new Set([...COLUMNS.runs, 'pull', '__proto__'])

/** Whether a label can be a column: readers trim names, end the header at its line, and know the fixed ones. */
export const isColumnName = (label: string): boolean =>
  label !== '' && label === label.trim() && !/[\r\n]/.test(label) && !RESERVED.has(label)

/** ISO 8601 UTC, with milliseconds only where there are any. Example: 1784181653000 is `2026-07-16T06:00:53Z`. */
export const instantText = (ms: number | null): string =>
  ms === null ? '' : new Date(ms).toISOString().replace('.000Z', 'Z')

const runColumns = (run: RunRef): ArchiveRow => ({
  source: run.source,
  repo: run.repo,
  job: run.job,
  run_id: run.runId,
  attempt: String(run.attempt),
})

/** The source's own word where a label already says it, so that a reader finds it there. */
const labelledWord = ({ labels }: RunEvent): string | null =>
  RAW_COLUMNS.map((column) => labels[column]).find((word) => word !== undefined && word !== '') ??
  null

const conclusionOf = (end: RunEvent): string => {
  const outcome = end.outcome ?? 'unknown'
  const own = labelledWord(end) === null ? end.rawOutcome : null
  return outcome === 'unknown' && own === null ? '' : wordFor(OUTCOME_WORDS, outcome, own)
}

/** The source's own word in a column of its own, where neither the conclusion nor a label already says it. */
const rawColumn = (end: RunEvent): ArchiveRow => {
  const isSaid =
    end.rawOutcome === null || end.rawOutcome === (labelledWord(end) ?? conclusionOf(end))
  return isSaid ? {} : { raw_status: end.rawOutcome ?? '' }
}

/** Columns beyond the fixed ones that a fact about a run needs. */
export const extraColumns = (fact: RunEvent): ArchiveRow => {
  const labels = Object.entries(fact.labels).filter(([name]) => isColumnName(name))
  return {
    ...(fact.logBytes === null ? {} : { log_bytes: String(fact.logBytes) }),
    ...Object.fromEntries(labels),
    ...(fact.pull === null ? {} : { pull: String(fact.pull) }),
    ...(fact.kind === 'finished' ? rawColumn(fact) : {}),
  }
}

const factsIn = ({ queued, started, finished }: Telling): readonly RunEvent[] =>
  [queued, started, finished].filter((fact) => fact !== null)

/** Extra columns of all facts; of two values the greater, as the state of a run takes it. */
const mergedExtras = (facts: readonly RunEvent[]): ArchiveRow => {
  const merged: Record<string, string> = {}
  for (const [column, value] of facts.flatMap((fact) => Object.entries(extraColumns(fact))))
    if (value > (merged[column] ?? '')) merged[column] = value
  return merged
}

const startText = ({ started, finished }: Telling): string => {
  const startedAt = finished?.startedAt ?? (started === null ? null : startOf(started))
  // A start after the end is no start: readers would refuse the row.
  const isAfterEnd = startedAt !== null && finished !== null && startedAt > finished.eventAt
  return isAfterEnd ? '' : instantText(startedAt)
}

const endColumns = ({ finished }: Telling): ArchiveRow =>
  finished === null
    ? {}
    : { finished_at: instantText(finished.eventAt), conclusion: conclusionOf(finished) }

const runRow = (telling: Telling): ArchiveRow => {
  const { queued, started, finished } = telling
  const facts = factsIn(telling)
  const first = (field: 'trigger' | 'branch' | 'sha' | 'group'): string =>
    facts.map((fact) => fact[field]).find((value) => value !== null) ?? ''
  return {
    ...mergedExtras(facts),
    ...(facts[0] === undefined ? {} : runColumns(facts[0])),
    queued_at: instantText(queued?.eventAt ?? null),
    started_at: startText(telling),
    ...endColumns(telling),
    status: finished !== null ? 'completed' : started !== null ? 'in_progress' : 'queued',
    trigger: first('trigger'),
    branch: first('branch'),
    sha: first('sha'),
    group_id: first('group'),
  }
}

/** Rows of runs.csv for the facts about one run: one, and one more for each thing that was told differently later. */
export const runRows = (facts: readonly RunEvent[]): readonly ArchiveRow[] =>
  tellingsOf(facts).map(runRow)

const stepRow = (telling: Telling): ArchiveRow => {
  const [fact] = factsIn(telling)
  return {
    ...(fact === undefined ? {} : { ...runColumns(fact), step: fact.step ?? '' }),
    started_at: startText(telling),
    ...endColumns(telling),
    ...(telling.finished === null ? {} : rawColumn(telling.finished)),
  }
}

/** Rows of steps.csv for the facts about the steps of one run. */
export const stepRows = (facts: readonly RunEvent[]): readonly ArchiveRow[] =>
  [...Map.groupBy(facts, ({ step }) => step).values()].flatMap((ofStep) =>
    tellingsOf(ofStep).map(stepRow),
  )

const testRow = (test: TestResult): ArchiveRow => ({
  ...runColumns(test),
  test: test.test,
  finished_at: instantText(test.eventAt),
  duration_s: test.durationSeconds === null ? '' : String(test.durationSeconds),
  status: wordFor(STATUS_WORDS, test.status, test.rawStatus),
  ...(test.message === null ? {} : { message: test.message }),
})

/** Rows of tests.csv for the tests of one run, each different one once. */
export const testRows = (tests: readonly TestResult[]): readonly ArchiveRow[] => {
  const rows = tests.map(testRow)
  const byText = new Map(rows.map((row) => [JSON.stringify(row), row]))
  return [...byText.values()]
}
