/**
 * Tells running runs how the ended siblings of their group did, beyond what was expected of them: that a job which always
 * fails has failed again is no news. Keyed by repository: one key knows the rates of all jobs that run side by side. What
 * that means for the change as a whole is said beside it (`changes.ts`).
 */

import type { GroupRun, Signal } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, runName } from '../../schemas/keys.ts'
import { emit, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'
import { KEPT_DURATIONS, type JobEnds } from './change.ts'
import { LOOK, onLook, afterMember } from './changes.ts'
import { CELLS, endsOf, groupCell, newGroup, rateOf, type Group, type Member } from './group.ts'
import { noteRequired, policyFrom } from './required.ts'

/** An older run of the job weighs this much less than the next newer one. */
const DECAY = 0.85
const REPO_DECAY = 0.998
/** A change of the excess, as a log of one more than it, below which siblings are not told: forecasts would hardly move. */
const NOTEWORTHY = 0.3
/** Running members that are told; of more the later ones are not. */
const MAX_RUNNING = 300
/** A group of which nothing was heard for a day is forgotten. */
const SILENT_MS = 24 * 3_600_000

export const signals: Processor = {
  name: 'signals',
  inputs: ['ci.group-runs.v1'],
  outputs: ['ci.signals.v1', 'ci.change-decisions.v1'],
  cells: CELLS,
  step: (cells, key, input, now) => {
    if (input.kind === 'record') return onMember(cells, input.record as GroupRun, now)
    return input.timer.startsWith(LOOK)
      ? onLook(cells, key, input.timer, now)
      : onSilence(cells, input.timer, now)
  },
}

const onMember = (cells: Cells, run: GroupRun, now: number): Effect[] => {
  const cell = groupCell(run.group)
  const known = cells.get(cell) as Group | undefined
  const group = known ?? newGroup(run.startedAt ?? run.eventAt, now)
  if (group.heardAt < now) group.ended = []
  group.heardAt = now
  noteRequired(group, run)
  const effects = run.isOver ? onEnd(cells, group, run, now) : onStart(group, run, now)
  effects.push(...afterMember(cells, group, run, now))
  cells.put(cell, group)
  if (known === undefined) effects.push(setTimer(cell, now + SILENT_MS))
  return effects
}

const memberName = (run: Pick<Member, 'job' | 'runId' | 'attempt'>): string =>
  keyOf(run.job, runName(run))

const onStart = (group: Group, run: GroupRun, now: number): Effect[] => {
  if (group.running.length >= MAX_RUNNING || group.ended.includes(memberName(run))) return []
  const { job, runId, attempt } = run
  const { isOptional } = policyFrom(run.policy)
  const startedAt = run.startedAt ?? run.eventAt
  const member = { job, runId, attempt, startedAt, isOptional, told: 0 }
  group.running.push(member)
  return tell(group, member, run, now)
}

const onEnd = (cells: Cells, group: Group, run: GroupRun, now: number): Effect[] => {
  const name = runName(run)
  group.running = group.running.filter((each) => each.job !== run.job || runName(each) !== name)
  group.ended.push(memberName(run))
  if (run.failed === null) return []
  group.excess += (run.failed ? 1 : 0) - expected(cells, run, run.failed)
  return group.running.flatMap((member) => tell(group, member, run, now))
}

/** The job's failure rate as known before this run, which is then learned. */
const expected = (
  cells: Cells,
  { job, durationSeconds }: Pick<GroupRun, 'job' | 'durationSeconds'>,
  failed: boolean,
): number => {
  const [own, repo] = [endsOf(cells, job), endsOf(cells)]
  const rate = rateOf(own, repo)
  cells.put(`rate/${job}`, after(own, failed, DECAY, durationSeconds))
  cells.put('rate', after(repo, failed, REPO_DECAY, null))
  return rate
}
const after = (ends: JobEnds, failed: boolean, decay: number, seconds: number | null): JobEnds => {
  const kept = (durations: number[], isOwn: boolean): number[] =>
    isOwn && seconds !== null ? [seconds, ...durations].slice(0, KEPT_DURATIONS) : durations
  return {
    failures: ends.failures * decay + (failed ? 1 : 0),
    runs: ends.runs * decay + 1,
    passSeconds: kept(ends.passSeconds, !failed),
    failSeconds: kept(ends.failSeconds, failed),
  }
}

/** Tells a member what has changed, if that is worth a word. Changes the member. */
const tell = (group: Group, member: Member, cause: GroupRun, now: number): Effect[] => {
  if (Math.abs(scaled(group.excess) - scaled(member.told)) < NOTEWORTHY) return []
  member.told = group.excess
  const signal: Signal = {
    eventId: derivedId(cause.eventId, `signal/${member.job}/${runName(member)}`),
    eventAt: cause.eventAt,
    observedAt: now,
    source: cause.source,
    repo: cause.repo,
    job: member.job,
    runId: member.runId,
    attempt: member.attempt,
    kind: 'siblings',
    cause: keyOf(cause.source, cause.repo, cause.group),
    weight: group.excess,
  }
  return [emit('ci.signals.v1', signal)]
}
const scaled = (excess: number): number => Math.sign(excess) * Math.log1p(Math.abs(excess))

const onSilence = (cells: Cells, cell: string, now: number): Effect[] => {
  const group = cells.get(cell) as Group | undefined
  if (group === undefined) return []
  if (group.heardAt + SILENT_MS > now) return [setTimer(cell, group.heardAt + SILENT_MS)]
  cells.delete(cell)
  return []
}
