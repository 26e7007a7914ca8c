/**
 * Tells running runs how the ended siblings of their group did, beyond what was expected of them: that a job which always
 * fails has failed again is no news. Keyed by repository: one key knows the rates of all jobs that run side by side.
 */

import type { GroupRun, Signal } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, runName } from '../../schemas/keys.ts'
import { emit, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'

/** Failures and runs of a job or of the repository, decayed. */
interface Rate {
  failures: number
  runs: number
}
interface Member {
  job: string
  runId: string
  attempt: number
  /** What it was last told. */
  told: number
}
interface Group {
  /** Failures among the ended members minus those expected. */
  excess: number
  running: Member[]
  heardAt: number
}

/** An older run of the job weighs this much less than the next newer one. */
const DECAY = 0.85
/** The repository counts as one run of each job. */
const REPO_RUNS = 1
const REPO_DECAY = 0.998
/** Before anything is known. */
const RATE_AT_FIRST = 0.1
/** A change of the excess, as a log of one more than it, below which siblings are not told: forecasts would hardly move. */
const NOTEWORTHY = 0.3
/** Running members that are told; of more the later ones are not. */
const MAX_RUNNING = 300
/** A group of which nothing was heard for a day is forgotten. */
const SILENT_MS = 24 * 3_600_000

const fields = (types: Record<string, unknown>): object[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))
const MEMBER = {
  type: 'record',
  name: 'Member',
  fields: fields({ job: 'string', runId: 'string', attempt: 'int', told: 'double' }),
}
const CELLS = {
  rate: { type: 'record', name: 'Rate', fields: fields({ failures: 'double', runs: 'double' }) },
  group: {
    type: 'record',
    name: 'Group',
    fields: fields({
      excess: 'double',
      running: { type: 'array', items: MEMBER },
      heardAt: 'long',
    }),
  },
}

export const signals: Processor = {
  name: 'signals',
  inputs: ['ci.group-runs.v1'],
  outputs: ['ci.signals.v1'],
  cells: CELLS,
  step: (cells, _key, input, now) =>
    input.kind === 'timer'
      ? onTimer(cells, input.timer, now)
      : onMember(cells, input.record as GroupRun, now),
}

const cellOf = (group: string): string => `group/${group}`
const rateOf = (cells: Cells, cell: string): Rate =>
  (cells.get(cell) as Rate | undefined) ?? { failures: 0, runs: 0 }

const onMember = (cells: Cells, run: GroupRun, now: number): Effect[] => {
  const cell = cellOf(run.group)
  const known = cells.get(cell) as Group | undefined
  const group = known ?? { excess: 0, running: [], heardAt: now }
  group.heardAt = now
  const effects = run.isOver ? onEnd(cells, group, run, now) : onStart(group, run, now)
  cells.put(cell, group)
  return known === undefined ? [...effects, setTimer(cell, now + SILENT_MS)] : effects
}

const onStart = (group: Group, run: GroupRun, now: number): Effect[] => {
  if (group.running.length >= MAX_RUNNING) return []
  const member = { job: run.job, runId: run.runId, attempt: run.attempt, told: 0 }
  group.running.push(member)
  return tell(group, member, run, now)
}

const onEnd = (cells: Cells, group: Group, run: GroupRun, now: number): Effect[] => {
  const name = runName(run)
  group.running = group.running.filter((each) => each.job !== run.job || runName(each) !== name)
  if (run.failed === null) return []
  group.excess += (run.failed ? 1 : 0) - expected(cells, run.job, run.failed)
  return group.running.flatMap((member) => tell(group, member, run, now))
}

/** The job's failure rate as known before this run, which is then learned. */
const expected = (cells: Cells, job: string, failed: boolean): number => {
  const [own, repo] = [rateOf(cells, `rate/${job}`), rateOf(cells, 'rate')]
  const wide = (repo.failures + RATE_AT_FIRST) / (repo.runs + 1)
  const rate = (own.failures + REPO_RUNS * wide) / (own.runs + REPO_RUNS)
  cells.put(`rate/${job}`, after(own, failed, DECAY))
  cells.put('rate', after(repo, failed, REPO_DECAY))
  return rate
}
const after = ({ failures, runs }: Rate, failed: boolean, decay: number): Rate => ({
  failures: failures * decay + (failed ? 1 : 0),
  runs: runs * decay + 1,
})

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

const onTimer = (cells: Cells, cell: string, now: number): Effect[] => {
  const group = cells.get(cell) as Group | undefined
  if (group === undefined) return []
  if (group.heardAt + SILENT_MS > now) return [setTimer(cell, group.heardAt + SILENT_MS)]
  cells.delete(cell)
  return []
}
