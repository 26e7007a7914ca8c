/** Facts about one run, or about one of its steps, put together as rows of an archive say them. */

import type { Run, RunEvent, RunEventKind } from '../../../schemas/events.ts'

/** What one row says: at most one start of the queue, one start and one end that do not contradict each other. */
export interface Telling {
  readonly queued: RunEvent | null
  readonly started: RunEvent | null
  readonly finished: RunEvent | null
}

const SHARED = ['group', 'branch', 'sha', 'pull', 'trigger'] as const
const SAID = [...SHARED, 'outcome', 'rawOutcome', 'startedAt', 'logBytes'] as const
/** Id of a fact that was not heard but follows from the state of its run. */
const CONCLUDED = ''

/** When a run or step began, by a fact about its start. */
export const startOf = (fact: RunEvent): number => fact.startedAt ?? fact.eventAt

const isCoveredBy = (fact: RunEvent, other: RunEvent): boolean =>
  fact.eventAt === other.eventAt &&
  SAID.every((field) => fact[field] === null || fact[field] === other[field]) &&
  Object.entries(fact.labels).every(([name, value]) => other.labels[name] === value)

/** Facts of one kind without those that say nothing beyond another one. */
const distinct = (facts: readonly RunEvent[], ...kinds: readonly RunEventKind[]): RunEvent[] => {
  const kept: RunEvent[] = []
  const ofKind = facts.filter(({ kind }) => kinds.includes(kind))
  const heard = ofKind.filter(({ eventId }) => eventId !== CONCLUDED)
  for (const fact of heard.length > 0 ? heard : ofKind) {
    if (kept.some((other) => isCoveredBy(fact, other))) continue
    const lesser = kept.findIndex((other) => isCoveredBy(other, fact))
    if (lesser === -1) kept.push(fact)
    else kept[lesser] = fact
  }
  return kept
}

const agree = (a: RunEvent, b: RunEvent): boolean =>
  SHARED.every((field) => a[field] === null || b[field] === null || a[field] === b[field])

// Two ends at one instant: the state takes the one with the greater id, and of one archive the one it reads first.
const byEnd = (a: RunEvent, b: RunEvent): number =>
  a.eventAt - b.eventAt || (a.eventId === b.eventId ? 0 : a.eventId < b.eventId ? 1 : -1)

/** Takes the first fact that fits out of the list. */
const take = (facts: RunEvent[], isFit: (fact: RunEvent) => boolean): RunEvent | null => {
  const index = facts.findIndex(isFit)
  return index === -1 ? null : (facts.splice(index, 1)[0] ?? null)
}

/**
 * Facts about one run, or about one of its steps, as tellings: one where the source said each thing once. What was told
 * differently later becomes a further telling, so that whoever reads them all hears what was heard. A repeat is left out.
 */
export const tellingsOf = (facts: readonly RunEvent[]): readonly Telling[] => {
  const queued = distinct(facts, 'queued')
  const started = distinct(facts, 'started', 'stepStarted')
  const finished = distinct(facts.toSorted(byEnd), 'finished', 'stepFinished')
  const queuedBefore = (at: number, others: readonly (RunEvent | null)[]): RunEvent | null =>
    take(
      queued,
      (fact) => fact.eventAt <= at && others.every((other) => !other || agree(fact, other)),
    )
  const ended = finished.map((end) => {
    const start = take(
      started,
      (fact) =>
        agree(fact, end) &&
        startOf(fact) <= end.eventAt &&
        (end.startedAt === null || end.startedAt === startOf(fact)),
    )
    const firstAt = Math.min(end.startedAt ?? (start ? startOf(start) : Infinity), end.eventAt)
    return { queued: queuedBefore(firstAt, [start, end]), started: start, finished: end }
  })
  const open = started.map((start) => ({
    queued: queuedBefore(startOf(start), [start]),
    started: start,
    finished: null,
  }))
  const waiting = queued.map((fact) => ({ queued: fact, started: null, finished: null }))
  return [...ended, ...open, ...waiting]
}

/**
 * Facts that the state of a run stands for: what its log no longer holds, it still says. They count only where no such
 * fact was heard.
 */
export const concludedFacts = (run: Run): readonly RunEvent[] => {
  const factOf = (kind: RunEventKind, at: number, startedAt: number | null): RunEvent => ({
    ...{ eventId: CONCLUDED, eventAt: at, observedAt: at },
    ...{ source: run.source, repo: run.repo, job: run.job, runId: run.runId, attempt: run.attempt },
    ...{ kind, outcome: null, rawOutcome: null, startedAt, step: null, passed: null, failed: null },
    ...{ failedTests: [], logBytes: null, group: run.group, branch: run.branch, sha: run.sha },
    ...{ pull: run.pull, trigger: run.trigger, labels: {} },
  })
  return [
    ...(run.queuedAt === null ? [] : [factOf('queued', run.queuedAt, null)]),
    ...(run.startedAt === null ? [] : [factOf('started', run.startedAt, run.startedAt)]),
  ]
}
