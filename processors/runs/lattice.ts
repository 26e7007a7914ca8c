/**
 * A run as a lattice: queued < running < finished. Joining the facts of a run in any order, any number of times,
 * ends in the same state: times take the earliest, names the greatest, the end the best told.
 */

import type { Outcome, Run, RunEvent } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'

export type RunState = Omit<
  Run,
  | 'eventId'
  | 'eventAt'
  | 'observedAt'
  | 'change'
  | 'before'
  | 'slicesBefore'
  | 'step'
  | 'stepOutcome'
  | 'stepStartedAt'
> & {
  /** Rank of the fact that told the end: a known outcome, then the latest told, wins. */
  endRank: string
  /** How each step ended; `running` while it runs. */
  stepsSeen: Record<string, string>
  /** Pipeline time at which something new was last heard of it, or the instant told if that is later. */
  heardAt: number
}

/** Steps kept by name; the count goes no further. */
const MAX_STEPS = 200
const MAX_FAILED_STEPS = 20

export const emptyRun = (fact: RunEvent): RunState => ({
  source: fact.source,
  repo: fact.repo,
  job: fact.job,
  runId: fact.runId,
  attempt: fact.attempt,
  phase: 'queued',
  queuedAt: null,
  startedAt: null,
  finishedAt: null,
  outcome: null,
  rawOutcome: null,
  steps: 0,
  failedSteps: [],
  failedTests: 0,
  logBytes: null,
  group: null,
  branch: null,
  sha: null,
  pull: null,
  trigger: null,
  labels: {},
  endRank: '',
  stepsSeen: {},
  heardAt: 0,
})

const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
/** Of equals the one that is there already: a run keeps its words, not each fact's copy of them. */
const greatest = <T extends string | number>(a: T | null, b: T | null): T | null =>
  a === null ? b : b === null ? a : a >= b ? a : b

/** A known outcome above unknown, then the later told, then by word, then by id: a tie falls alike, whoever tells it again. */
const endRankOf = (fact: RunEvent): string =>
  `${(fact.outcome ?? 'unknown') === 'unknown' ? 0 : 1}/${String(fact.eventAt).padStart(16, '0')}/${fact.outcome}/${fact.rawOutcome}/${fact.eventId}`

/**
 * Joins one more fact. Changes the run in place, but none of its lists and maps: those that change are new ones. A run lives
 * for thousands of facts of others; a new one for each of its own would be moved to where what is old lies, and be waste there.
 */
export const join = (run: RunState, fact: RunEvent): void => {
  if (fact.kind === 'unknown') return
  run.group = greatest(run.group, fact.group)
  run.branch = greatest(run.branch, fact.branch)
  run.sha = greatest(run.sha, fact.sha)
  run.pull = greatest(run.pull, fact.pull)
  run.trigger = greatest(run.trigger, fact.trigger)
  run.labels = joinLabels(run.labels, fact.labels)
  if (fact.kind === 'queued') run.queuedAt = earliest(run.queuedAt, fact.eventAt)
  else if (fact.kind === 'finished') joinEnd(run, fact)
  else {
    if (run.phase === 'queued') run.phase = 'running'
    joinProgress(run, fact)
  }
}

/**
 * True where joining has changed what others are told; it keeps what it does not change, so identity tells. Field by field:
 * every fact is asked, and to go over the names of all fields takes a multiple.
 */
export const isNews = (before: RunState, after: RunState): boolean =>
  before.phase !== after.phase ||
  before.stepsSeen !== after.stepsSeen ||
  before.steps !== after.steps ||
  before.failedSteps !== after.failedSteps ||
  before.failedTests !== after.failedTests ||
  before.logBytes !== after.logBytes ||
  before.queuedAt !== after.queuedAt ||
  before.startedAt !== after.startedAt ||
  before.finishedAt !== after.finishedAt ||
  before.outcome !== after.outcome ||
  before.rawOutcome !== after.rawOutcome ||
  before.group !== after.group ||
  before.branch !== after.branch ||
  before.sha !== after.sha ||
  before.pull !== after.pull ||
  before.trigger !== after.trigger ||
  before.labels !== after.labels

const joinProgress = (run: RunState, fact: RunEvent): void => {
  switch (fact.kind) {
    case 'started':
      run.startedAt = earliest(run.startedAt, fact.startedAt ?? fact.eventAt)
      return
    case 'stepStarted':
    case 'stepFinished':
      joinStep(run, fact)
      return
    case 'testsReported':
      run.failedTests = Math.max(run.failedTests, fact.failed ?? 0)
      return
    case 'logProgress':
      run.logBytes = greatest(run.logBytes, fact.logBytes)
  }
}

const joinEnd = (run: RunState, fact: RunEvent): void => {
  run.phase = 'finished'
  run.startedAt = earliest(run.startedAt, fact.startedAt)
  run.logBytes = greatest(run.logBytes, fact.logBytes)
  const rank = endRankOf(fact)
  if (rank <= run.endRank) return
  run.endRank = rank
  run.finishedAt = fact.eventAt
  run.outcome = fact.outcome ?? 'unknown'
  run.rawOutcome = fact.rawOutcome
}

const joinStep = (run: RunState, fact: RunEvent): void => {
  const step = fact.step ?? ''
  const told = fact.kind === 'stepFinished' ? (fact.outcome ?? 'unknown') : 'running'
  const seen = run.stepsSeen[step]
  if (seen === undefined && Object.keys(run.stepsSeen).length >= MAX_STEPS) return
  if (seen !== undefined && (told === 'running' || (seen !== 'running' && seen >= told))) return
  run.stepsSeen = { ...run.stepsSeen, [step]: told }
  if (told === 'running') return
  if (seen === undefined || seen === 'running') run.steps += 1
  if (isFailed(told) || (seen !== undefined && isFailed(seen)))
    run.failedSteps = Object.keys(run.stepsSeen)
      .filter((name) => isFailed(run.stepsSeen[name] ?? ''))
      .sort()
      .slice(0, MAX_FAILED_STEPS)
}

const isFailed = (told: string): boolean =>
  told !== 'running' && failedClass(told as Outcome) === true

const joinLabels = (
  a: Record<string, string>,
  b: Record<string, string>,
): Record<string, string> => {
  const names = Object.keys(b)
  if (names.every((name) => (a[name] ?? '') >= (b[name] ?? '') && name in a)) return a
  const out = { ...a }
  for (const name of names) out[name] = greatest(out[name] ?? null, b[name] ?? null) ?? ''
  return Object.fromEntries(Object.entries(out).sort(([x], [y]) => (x < y ? -1 : 1)))
}
