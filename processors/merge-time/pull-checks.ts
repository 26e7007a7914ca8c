/**
 * Tells a repository how the runs of its pull requests stand: that they run, that one of them is likely to fail (as our own
 * advice says), and how they end. Runs of other kinds cost one look at them.
 */

import type { CheckState, Decision, Level, PullCheck, Run, RunRef } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { runName } from '../../schemas/keys.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { emit, type Cells, type Effect, type Processor } from '../processor.ts'

/** What is remembered of a run while it runs. */
interface Watched {
  pull: number | null
  sha: string | null
  isEndangered: boolean
}
const WATCHED = {
  type: 'record',
  name: 'WatchedCheck',
  fields: [
    { name: 'pull', type: ['null', 'long'] },
    { name: 'sha', type: ['null', 'string'] },
    { name: 'isEndangered', type: 'boolean' },
  ],
}

const NOTHING: readonly Effect[] = []
/** Triggers of GitHub, GitLab and Prow that mean a pull request where its number is not told. */
const OF_PULL = /pull|merge_request|presubmit|retest|check_run/
const ENDANGERED: ReadonlySet<Level> = new Set(['watch', 'advise', 'stop'])

export const pullChecks: Processor = {
  name: 'pull-checks',
  inputs: ['ci.runs.v1', 'ci.decisions.v1'],
  outputs: ['ci.pull-checks.v1'],
  cells: { check: WATCHED },
  wants: (record, topic) => topic !== 'ci.runs.v1' || isOfPull(record as Run),
  step: (cells, _key, input, now) => {
    if (input.kind === 'timer') return NOTHING
    return input.topic === 'ci.runs.v1'
      ? onRun(cells, input.record as Run, now)
      : onDecision(cells, input.record as Decision, now)
  },
}

const isOfPull = ({ change, pull, sha, trigger }: Run): boolean =>
  change !== 'progress' &&
  change !== 'queued' &&
  (pull !== null || (sha !== null && OF_PULL.test(trigger ?? '')))

const cellOf = (run: RunRef): string => `check/${runName(run)}`

const onRun = (cells: Cells, run: Run, now: number): readonly Effect[] => {
  const { pull, sha } = run
  const cell = cellOf(run)
  if (run.phase === 'finished') {
    cells.delete(cell)
    return [tell(run, { pull, sha }, stateOf(run), null, now)]
  }
  cells.put(cell, { pull, sha, isEndangered: false })
  return [tell(run, { pull, sha }, 'running', null, now)]
}

const stateOf = ({ outcome }: Run): CheckState => {
  const failed = failedClass(outcome ?? 'unknown')
  return failed === null ? 'gone' : failed ? 'failed' : 'passed'
}

const onDecision = (cells: Cells, decision: Decision, now: number): readonly Effect[] => {
  const cell = cellOf(decision)
  const watched = cells.get(cell) as Watched | undefined
  const isEndangered = ENDANGERED.has(decision.level)
  if (watched === undefined || watched.isEndangered === isEndangered) return NOTHING
  cells.put(cell, { ...watched, isEndangered })
  return [tell(decision, watched, isEndangered ? 'endangered' : 'running', decision.pFail, now)]
}

const tell = (
  run: RunRef & { readonly eventId: string; readonly eventAt: number },
  { pull, sha }: Pick<PullCheck, 'pull' | 'sha'>,
  state: CheckState,
  pFail: number | null,
  now: number,
): Effect =>
  emit('ci.pull-checks.v1', {
    eventId: derivedId(run.eventId, 'pull-check'),
    ...{ eventAt: run.eventAt, observedAt: now, source: run.source, repo: run.repo },
    ...{ job: run.job, runId: run.runId, attempt: run.attempt, pull, sha, state, pFail },
  })
