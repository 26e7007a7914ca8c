/** Rows of an archive to facts. Each fact lies at the instant at which it could have been heard. */

import type { RunEvent, RunEventKind, RunRef, TestResult } from '../../schemas/events.ts'
import { factId, runFact } from '../payload/facts.ts'
import {
  KNOWN_WHEN_QUEUED,
  KNOWN_WHEN_STARTED,
  RAW_OUTCOMES,
  RUN_FIELDS,
  type Row,
} from './columns.ts'
import { parseInstant } from './instant.ts'
import { RefusedRow, type Problem } from './problems.ts'
import { labelsOf, nameOf, ordinalOf, runOf, textOf } from './row-values.ts'
import { outcomeOf, testStatusOf } from './words.ts'

/** What a row says, and what is odd about it. */
export interface Reading<F> {
  readonly facts: readonly F[]
  readonly notes: readonly Problem[]
}
/** The end and length of a run: a test without a time takes the end. Null where they are not known. */
export interface RunSpan {
  readonly heardEndAt: number | null
  readonly wallSeconds: number | null
}
export interface RunReading extends Reading<RunEvent>, RunSpan {
  readonly run: RunRef
}

const WEEK_SECONDS = 604_800

/** A recorded fact was heard as it happened. */
const factOf = (
  run: RunRef,
  kind: RunEventKind,
  at: number,
  more: Partial<RunEvent>,
  ...idParts: readonly string[]
): RunEvent => runFact(run, kind, { eventAt: at, observedAt: at }, more, ...idParts)

/** Start and end of a row, made consistent: what never started has no start; other contradictions are refused. */
const spanOf = (
  row: Row,
  notes: Problem[],
): { startedAt: number | null; finishedAt: number | null } => {
  const startedAt = parseInstant(row['started_at'] ?? '', 'started_at')
  const finishedAt = parseInstant(row['finished_at'] ?? '', 'finished_at')
  if (startedAt === null || finishedAt === null || finishedAt >= startedAt)
    return { startedAt, finishedAt }
  const detail = `finished_at ${row['finished_at'] ?? ''} is before started_at ${row['started_at'] ?? ''}`
  const outcome = outcomeOf(row['conclusion'] ?? '')
  // GitHub gives a skipped job, and one cancelled in the queue, a start after its end.
  if (outcome === 'aborted') notes.push({ reason: 'start-after-end', detail })
  else if (outcome !== 'skipped') throw new RefusedRow('finish-before-start', detail)
  return { startedAt: null, finishedAt }
}

const endOf = (row: Row, notes: Problem[]): Pick<RunEvent, 'outcome' | 'rawOutcome'> => {
  const word = row['conclusion'] ?? ''
  const outcome = word === '' ? 'unknown' : outcomeOf(word)
  if (outcome === null)
    notes.push({
      reason: 'unknown-word',
      detail: `conclusion ${JSON.stringify(word.slice(0, 80))}`,
    })
  const rawOutcome = RAW_OUTCOMES.map((column) => textOf(row, column)).find((raw) => raw !== null)
  return { outcome: outcome ?? 'unknown', rawOutcome: rawOutcome ?? textOf(row, 'conclusion') }
}

const queuedAtOf = (row: Row, firstAt: number | null, notes: Problem[]): number | null => {
  const queuedAt = parseInstant(row['queued_at'] ?? '', 'queued_at')
  if (queuedAt === null || firstAt === null || queuedAt <= firstAt) return queuedAt
  if (outcomeOf(row['conclusion'] ?? '') !== 'skipped')
    notes.push({
      reason: 'queue-after-start',
      detail: `queued_at ${row['queued_at'] ?? ''} is after the start or end`,
    })
  return null
}

/** What is known of a run from its first fact on. */
const knownOf = (row: Row): Pick<RunEvent, 'group' | 'branch' | 'sha' | 'pull' | 'trigger'> => {
  const pull = ordinalOf(row, 'pull')
  return {
    group: textOf(row, 'group_id'),
    branch: textOf(row, 'branch'),
    sha: textOf(row, 'sha'),
    pull: Number.isNaN(pull) ? null : pull,
    trigger: textOf(row, 'trigger'),
  }
}

/** What only the end of a run tells: its outcome, and every column whose time is not known. */
const finishOf = (row: Row, startedAt: number | null, notes: Problem[]): Partial<RunEvent> => {
  const columns = Object.keys(row).filter((column) => !RUN_FIELDS.has(column))
  const logBytes = row['log_bytes'] ?? ''
  return {
    ...endOf(row, notes),
    startedAt,
    logBytes: /^\d{1,15}$/.test(logBytes) ? Number(logBytes) : null,
    labels: labelsOf(row, columns, notes),
  }
}

/** Facts of a row of runs.csv. Throws {@link RefusedRow} for a row that cannot be read. */
export const readRun = (row: Row): RunReading => {
  const run = runOf(row)
  const notes: Problem[] = []
  const { startedAt, finishedAt } = spanOf(row, notes)
  const queuedAt = queuedAtOf(row, startedAt ?? finishedAt, notes)
  // An end without a time was heard, at the latest, when the row's only time says that the run was there.
  const isEnded = finishedAt !== null || textOf(row, 'conclusion') !== null
  const isTimed = finishedAt !== null || !isEnded
  const heardEndAt = isEnded ? (finishedAt ?? startedAt ?? queuedAt) : null
  if (queuedAt === null && startedAt === null && heardEndAt === null)
    throw new RefusedRow('no-time', 'queued_at, started_at and finished_at are all empty')

  const known = knownOf(row)
  const facts: RunEvent[] = []
  if (queuedAt !== null) {
    const labels = labelsOf(row, KNOWN_WHEN_QUEUED, [])
    facts.push(factOf(run, 'queued', queuedAt, { ...known, labels }))
  }
  if (startedAt !== null && isTimed) {
    const labels = labelsOf(row, [...KNOWN_WHEN_QUEUED, ...KNOWN_WHEN_STARTED], [])
    facts.push(factOf(run, 'started', startedAt, { ...known, startedAt, labels }))
  }
  if (heardEndAt !== null) {
    const finish = finishOf(row, isTimed ? startedAt : null, notes)
    facts.push(factOf(run, 'finished', heardEndAt, { ...known, ...finish }))
  }
  const wallSeconds =
    startedAt === null || finishedAt === null ? null : (finishedAt - startedAt) / 1000
  return { facts, notes, run, heardEndAt, wallSeconds }
}

/** Facts of a row of steps.csv; without a start only its end. Throws {@link RefusedRow}. */
export const readStep = (row: Row): Reading<RunEvent> => {
  const run = runOf(row)
  const step = nameOf(row, 'step')
  const notes: Problem[] = []
  const { startedAt, finishedAt } = spanOf(row, notes)
  const facts: RunEvent[] = []
  if (startedAt !== null)
    facts.push(factOf(run, 'stepStarted', startedAt, { step, startedAt }, step))
  if (finishedAt !== null)
    facts.push(
      factOf(run, 'stepFinished', finishedAt, { ...endOf(row, notes), step, startedAt }, step),
    )
  if (facts.length === 0)
    notes.push({ reason: 'untimed-step', detail: 'started_at and finished_at are empty' })
  return { facts, notes }
}

const testSecondsOf = (row: Row, wallSeconds: number | null): number | null => {
  const value = textOf(row, 'duration_s')
  if (value === null) return null
  const seconds = Number(value)
  if (!(seconds >= 0))
    throw new RefusedRow('bad-duration', `duration_s ${JSON.stringify(value.slice(0, 40))}`)
  // Tests of one run may overlap, so the sum of a suite may pass the run's own time, but not twentyfold.
  const limit = wallSeconds === null ? WEEK_SECONDS : Math.max(60, wallSeconds) * 20
  if (seconds > limit)
    throw new RefusedRow(
      'bad-duration',
      `duration_s ${value} in a run of ${wallSeconds ?? 'unknown'} s: probably milliseconds`,
    )
  return seconds
}

/** The fact of a row of tests.csv; a test without a time takes the end of its run. Throws {@link RefusedRow}. */
export const readTest = (row: Row, known: RunSpan | null): Reading<TestResult> => {
  const run = runOf(row)
  const test = nameOf(row, 'test')
  const rawStatus = row['status'] ?? ''
  const ownAt = parseInstant(row['finished_at'] ?? '', 'finished_at')
  const at = ownAt ?? known?.heardEndAt ?? null
  if (at === null)
    throw known === null
      ? new RefusedRow(
          'no-such-run',
          `finished_at is empty and run ${run.runId} is not in runs.csv`,
        )
      : new RefusedRow('no-time', `finished_at is empty and run ${run.runId} has no known end`)
  const status = testStatusOf(rawStatus)
  const durationSeconds = testSecondsOf(row, known?.wallSeconds ?? null)
  const fact: TestResult = {
    // A test may run several times in one run: other status, time or duration makes another fact.
    eventId: factId(run, 'test', test, String(ownAt ?? ''), rawStatus, row['duration_s'] ?? ''),
    eventAt: at,
    observedAt: at,
    ...run,
    test,
    status: status ?? 'unknown',
    rawStatus,
    durationSeconds,
    message: textOf(row, 'message'),
  }
  const notes: Problem[] =
    status === null
      ? [{ reason: 'unknown-word', detail: `status ${JSON.stringify(rawStatus.slice(0, 80))}` }]
      : []
  return { facts: [fact], notes }
}
