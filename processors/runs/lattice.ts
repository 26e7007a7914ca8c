/**
 * A run as a lattice: queued < running < finished. Joining the facts of a run in any order, any number of times,
 * ends in the same state: times take the earliest, names the greatest, the end the best told.
 */

import type { Run, RunEvent, RunEnd } from '../../schemas/events.ts'
import { durationSeconds } from '../../schemas/outcomes.ts'

export type RunState = Omit<
  Run,
  'eventId' | 'eventAt' | 'observedAt' | 'change' | 'before' | 'step' | 'stepOutcome'
> & {
  /** Event time and id of the fact that told the end: the latest told known outcome wins. */
  endRank: string
  stepsSeen: Record<string, string>
}

/** Steps kept by name; the count goes on beyond. */
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
})

const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
const greatest = <T extends string | number>(a: T | null, b: T | null): T | null =>
  a === null ? b : b === null ? a : a > b ? a : b

/** Rank of an end: a known outcome above unknown, then the later told, then by id, so that a tie falls alike. */
const endRankOf = (fact: RunEvent): string =>
  `${(fact.outcome ?? 'unknown') === 'unknown' ? 0 : 1}/${String(fact.eventAt).padStart(16, '0')}/${fact.eventId}`

/** The end told so far, or null while the run goes on. */
export const endOf = (run: RunState): RunEnd | null =>
  run.outcome === null || run.finishedAt === null
    ? null
    : { outcome: run.outcome, durationSeconds: durationSeconds(run), finishedAt: run.finishedAt }

/** The run after one more fact. Does not change its argument. */
export const join = (run: RunState, fact: RunEvent): RunState => {
  const next: RunState = {
    ...run,
    group: greatest(run.group, fact.group),
    branch: greatest(run.branch, fact.branch),
    sha: greatest(run.sha, fact.sha),
    pull: greatest(run.pull, fact.pull),
    trigger: greatest(run.trigger, fact.trigger),
    labels: joinLabels(run.labels, fact.labels),
  }
  switch (fact.kind) {
    case 'unknown':
      return run
    case 'queued':
      next.queuedAt = earliest(run.queuedAt, fact.eventAt)
      return next
    case 'started':
      next.startedAt = earliest(run.startedAt, fact.startedAt ?? fact.eventAt)
      if (run.phase === 'queued') next.phase = 'running'
      return next
    case 'finished':
      return joinEnd(next, fact)
    case 'stepStarted':
    case 'stepFinished':
      return joinStep(next, fact)
    case 'testsReported':
      next.failedTests = Math.max(run.failedTests, fact.failed ?? 0)
      return next
    case 'logProgress':
      next.logBytes = greatest(run.logBytes, fact.logBytes)
      return next
  }
}

const joinEnd = (run: RunState, fact: RunEvent): RunState => {
  run.phase = 'finished'
  const rank = endRankOf(fact)
  if (fact.startedAt !== null) run.startedAt = earliest(run.startedAt, fact.startedAt)
  if (rank <= run.endRank) return run
  return {
    ...run,
    endRank: rank,
    finishedAt: fact.eventAt,
    outcome: fact.outcome ?? 'unknown',
    rawOutcome: fact.rawOutcome,
  }
}

const joinStep = (run: RunState, fact: RunEvent): RunState => {
  const step = fact.step ?? ''
  const told = fact.kind === 'stepFinished' ? (fact.outcome ?? 'unknown') : 'running'
  const seen = run.stepsSeen[step]
  if (seen === undefined && Object.keys(run.stepsSeen).length >= MAX_STEPS) return run
  if (seen !== undefined && (told === 'running' || (seen !== 'running' && seen >= told))) return run
  const stepsSeen = { ...run.stepsSeen, [step]: told }
  const ended = Object.entries(stepsSeen).filter(([, outcome]) => outcome !== 'running')
  const failed = ended.filter(([, outcome]) => ['failure', 'error', 'timedOut'].includes(outcome))
  return {
    ...run,
    stepsSeen,
    steps: ended.length,
    failedSteps: failed
      .map(([name]) => name)
      .sort()
      .slice(0, MAX_FAILED_STEPS),
  }
}

const joinLabels = (
  a: Record<string, string>,
  b: Record<string, string>,
): Record<string, string> => {
  const names = Object.keys(b)
  if (names.length === 0) return a
  const out = { ...a }
  for (const name of names) out[name] = greatest(out[name] ?? null, b[name] ?? null) ?? ''
  return Object.fromEntries(Object.entries(out).sort(([x], [y]) => (x < y ? -1 : 1)))
}
