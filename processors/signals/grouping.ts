/** Tells the repository when a run of a group starts and ends, so that its siblings can hear of it. */

import type { GroupRun, Run } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { durationSeconds, failedClass } from '../../schemas/outcomes.ts'
import { policyText } from '../../schemas/policy.ts'
import { emit, type Processor } from '../processor.ts'

/** Runs started together for one change; where no group is told, runs of one commit. */
export const groupOf = ({ group, sha }: Pick<Run, 'group' | 'sha'>): string | null => group ?? sha

export const grouping: Processor = {
  name: 'grouping',
  inputs: ['ci.runs.v1'],
  outputs: ['ci.group-runs.v1'],
  cells: {},
  wants: (record) => {
    const run = record as Run
    return (run.change === 'started' || run.change === 'finished') && groupOf(run) !== null
  },
  step: (_cells, _key, input, now) => {
    if (input.kind === 'timer') return []
    const run = input.record as Run
    const group = groupOf(run) ?? ''
    const isOver = run.change === 'finished'
    const told: GroupRun = {
      eventId: derivedId(run.eventId, 'group'),
      eventAt: run.eventAt,
      observedAt: now,
      source: run.source,
      repo: run.repo,
      job: run.job,
      runId: run.runId,
      attempt: run.attempt,
      group,
      isOver,
      failed: isOver ? failedClass(run.outcome ?? 'unknown') : null,
      startedAt: run.startedAt,
      durationSeconds: isOver ? durationSeconds(run) : null,
      policy: policyText(run.labels),
    }
    return [emit('ci.group-runs.v1', told)]
  },
}
