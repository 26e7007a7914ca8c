/** Joins the facts of each run and publishes each change of its state once. */

import type { Run, RunEvent } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { runKey } from '../../schemas/keys.ts'
import { endOf } from '../../schemas/outcomes.ts'
import { areSameSlices, slicesOf, type Slices } from '../../schemas/slices.ts'
import {
  drop,
  emit,
  setTimer,
  type Cells,
  type Effect,
  type Input,
  type Processor,
} from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { RUN_CELL } from './cells.ts'
import { emptyRun, isNews, join, type RunState } from './lattice.ts'

const HOUR_MS = 3_600_000
/** An open run of which nothing new was heard for so long is closed as unknown: Prow lets no pod run longer. */
export const SILENT_MS = 72 * HOUR_MS
/** Repeats are recognised for so long after a run's end. */
export const REMEMBERED_MS = 14 * 24 * HOUR_MS

export const runs: Processor = {
  name: 'runs',
  inputs: ['ci.run-events.v1'],
  outputs: ['ci.runs.v1'],
  cells: { run: RUN_CELL },
  step: (cells, _key, input, now) =>
    input.kind === 'timer'
      ? onTimer(cells, input, now)
      : onFact(cells, input.record as RunEvent, now),
}

const onFact = (cells: Cells, fact: RunEvent, now: number): Effect[] => {
  if (fact.kind === 'unknown') return [drop('no-use')]
  const cell = runCell(fact)
  const known = cells.get(cell) as RunState | undefined
  if (known === undefined && fact.eventAt <= now - REMEMBERED_MS) return [drop('expired')]
  const before = known && { ...known }
  const after = known ?? emptyRun(fact)
  join(after, fact)
  const change = before === undefined ? firstChange(after) : changeOf(before, after)
  if (change === null) {
    after.heardAt = Math.max(before?.heardAt ?? now, fact.eventAt)
    if (before?.endRank !== after.endRank || after.heardAt > before.heardAt) cells.put(cell, after)
    return [drop('duplicate')]
  }
  after.heardAt = Math.max(now, fact.eventAt)
  cells.put(cell, after)
  const effects: Effect[] = [
    emit('ci.runs.v1', published(before, after, change, fact, derivedId(fact.eventId, 'run'), now)),
  ]
  const isOver = after.phase === 'finished'
  if (before === undefined || (isOver && before.phase !== 'finished'))
    effects.push(setTimer(cell, now + (isOver ? REMEMBERED_MS : SILENT_MS)))
  return effects
}

/** One timer per run: while it is open it asks whether the run went silent, afterwards it forgets the run. */
const onTimer = (cells: Cells, { timer }: Input & { kind: 'timer' }, now: number): Effect[] => {
  const run = cells.get(timer) as RunState | undefined
  if (run === undefined) return []
  if (run.phase === 'finished') {
    // No fact of it may be younger than what is refused as expired, or its repeat would start the run anew.
    if (run.heardAt + REMEMBERED_MS > now) return [setTimer(timer, run.heardAt + REMEMBERED_MS)]
    cells.delete(timer)
    return []
  }
  if (run.heardAt + SILENT_MS > now) return [setTimer(timer, run.heardAt + SILENT_MS)]
  const after: RunState = { ...run, phase: 'finished', finishedAt: now, outcome: 'unknown' }
  after.heardAt = now
  cells.put(timer, after)
  const eventId = derivedId(runKey(run), `silent/${now}`)
  return [
    emit('ci.runs.v1', published(run, after, 'finished', null, eventId, now)),
    setTimer(timer, now + REMEMBERED_MS),
  ]
}

const firstChange = (run: RunState): Run['change'] =>
  run.phase === 'finished' ? 'finished' : run.phase === 'running' ? 'started' : 'queued'

/** What the fact changed, null where it said nothing new. */
const changeOf = (before: RunState, after: RunState): Run['change'] | null => {
  if (before.phase !== after.phase) return after.phase === 'finished' ? 'finished' : 'started'
  if (before.phase === 'finished' && isOtherEnd(before, after)) return 'corrected'
  return isNews(before, after) ? 'progress' : null
}
const isOtherEnd = (before: RunState, after: RunState): boolean => {
  const [a, b] = [endOf(before), endOf(after)]
  return (
    a?.outcome !== b?.outcome ||
    a?.finishedAt !== b?.finishedAt ||
    a?.durationSeconds !== b?.durationSeconds ||
    a?.queueSeconds !== b?.queueSeconds
  )
}
/** What the end was told with before, where that is no longer so: whoever counted it under these takes it back from there. */
const slicesTold = (before: RunState | undefined, after: RunState): Slices | null => {
  if (before?.phase !== 'finished') return null
  const told = slicesOf(before)
  return areSameSlices(told, slicesOf(after)) ? null : told
}

const startOfStep = (fact: RunEvent | null): number | null =>
  fact?.kind === 'stepStarted'
    ? (fact.startedAt ?? fact.eventAt)
    : fact?.kind === 'stepFinished'
      ? fact.startedAt
      : null

const published = (
  before: RunState | undefined,
  after: RunState,
  change: Run['change'],
  fact: RunEvent | null,
  eventId: string,
  now: number,
): Run => ({
  eventId,
  eventAt: fact?.eventAt ?? now,
  observedAt: now,
  source: after.source,
  repo: after.repo,
  job: after.job,
  runId: after.runId,
  attempt: after.attempt,
  change,
  phase: after.phase,
  queuedAt: after.queuedAt,
  startedAt: after.startedAt,
  finishedAt: after.finishedAt,
  outcome: after.outcome,
  rawOutcome: after.rawOutcome,
  before: change === 'corrected' && before !== undefined ? endOf(before) : null,
  steps: after.steps,
  failedSteps: after.failedSteps,
  step: fact?.step ?? null,
  stepOutcome: fact?.kind === 'stepFinished' ? (fact.outcome ?? 'unknown') : null,
  stepStartedAt: startOfStep(fact),
  failedTests: after.failedTests,
  logBytes: after.logBytes,
  group: after.group,
  branch: after.branch,
  sha: after.sha,
  pull: after.pull,
  trigger: after.trigger,
  labels: after.labels,
  slicesBefore: slicesTold(before, after),
})
