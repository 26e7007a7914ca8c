/** Looks at changes as a whole: as time passes, when a required job failed, and when that failure went away. */

import type { ChangeDecision, GroupRun } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { keyParts } from '../../schemas/keys.ts'
import { emit, setTimer, type Cells, type Effect, type Emit } from '../processor.ts'
import { NO_POLICY, type Policy } from '../../schemas/policy.ts'
import { changeAdvice, outlookOf, reachOf, type Outlook, type Runner } from './change.ts'
import { endsOf, groupCell, mendsOf, rateOf, strayOf, type Group } from './group.ts'
import { isAwaited, mayFail, policyFrom } from './required.ts'
import { boundsOf, strayAfter, strayed, toldEnd } from './stray.ts'

const CHANGE_RULE = 'change/3'
/** Name of the timer of a group: this and its name. */
export const LOOK = 'look/'
/** A change is looked at after a minute, and again each time it is four times as old. */
const FIRST_LOOK_MS = 60_000
const LATER = 4
/** Failed jobs remembered of a change. */
const MAX_FAILED = 20
/** Before anything was seen, one failure in ten goes away when its job is tried again; that counts as ten changes. */
const MENDED_AT_FIRST = 0.1
const LEAN = 10
const FORGET = 0.99

type Ref = Pick<ChangeDecision, 'source' | 'repo' | 'group'>
interface Cause extends Ref {
  readonly id: string
  readonly now: number
}

/** What a start or an end means for the change. Changes the group. */
export const afterMember = (cells: Cells, group: Group, run: GroupRun, now: number): Effect[] => {
  if (!run.isOver) {
    if (group.isDue) return []
    group.isDue = true
    return [setTimer(LOOK + run.group, now + FIRST_LOOK_MS)]
  }
  noteEnd(cells, group, now)
  if (run.failed === null) return []
  const cause = { source: run.source, repo: run.repo, group: run.group, id: run.eventId, now }
  return run.failed ? onFailure(cells, group, run, cause) : onPass(cells, group, run, cause)
}

/** Learns how far the last end strayed from what was told, once all runs have ended that it was told of. Changes the group. */
const noteEnd = (cells: Cells, group: Group, now: number): void => {
  const { told } = group
  if (told === null) return
  if (group.running.some((run) => isAwaited(group, run) && run.startedAt <= told.atMs)) return
  cells.put('stray', strayAfter(strayOf(cells), told, now))
  group.told = null
}

/** The failure of a required job. A further one is news where its policy lets more be said than those before. */
const onFailure = (cells: Cells, group: Group, run: GroupRun, cause: Cause): Effect[] => {
  const { job, policy } = run
  if (group.failed.some((each) => each.job === job) || group.failed.length >= MAX_FAILED) return []
  if (mayFail(cells, job, policy)) return []
  if (!group.isFailed) count(cells, { failed: 1, mended: 0 })
  group.isFailed = true
  const before = mostOf(group)
  group.failed.push({ job, policy })
  const isNews = mostOf(group) !== before
  return isNews && group.running.length > 0 ? [say(cells, group, cause)] : []
}

/** The most that the policies of the failed jobs let be said; −1 where none has failed. */
const mostOf = ({ failed }: Group): number =>
  failed.reduce((most, { policy }) => Math.max(most, reachOf(policyFrom(policy))), -1)
/** Which of the failed jobs' policies that is; of equal ones the first. */
const policyOfChange = (group: Group): Policy => {
  const most = mostOf(group)
  const policies = group.failed.map(({ policy }) => policyFrom(policy))
  return policies.find((policy) => reachOf(policy) === most) ?? NO_POLICY
}

/**
 * A failed job that passes when it is tried again: its failure is none of the change's. That is said with nothing running, too:
 * else the last word would stand that was said against runs that have ended by now.
 */
const onPass = (cells: Cells, group: Group, { job }: GroupRun, cause: Cause): Effect[] => {
  const left = group.failed.filter((each) => each.job !== job)
  if (left.length === group.failed.length) return []
  const before = mostOf(group)
  group.failed = left
  if (left.length === 0) {
    if (!group.isMended) count(cells, { failed: 0, mended: 1 })
    group.isMended = true
    return [say(cells, group, cause)]
  }
  const isNews = mostOf(group) !== before
  return isNews && group.running.length > 0 ? [say(cells, group, cause)] : []
}
const count = (cells: Cells, more: { failed: number; mended: number }): void => {
  const { failed, mended } = mendsOf(cells)
  const kept = more.failed > 0 ? FORGET : 1
  cells.put('mends', { failed: failed * kept + more.failed, mended: mended * kept + more.mended })
}

/** Time has passed. */
export const onLook = (cells: Cells, key: string, timer: string, now: number): Effect[] => {
  const name = timer.slice(LOOK.length)
  const group = cells.get(groupCell(name)) as Group | undefined
  if (group === undefined) return []
  const { isDue, isEndTold } = group
  group.isDue = group.running.length > 0
  const effects: Effect[] = group.isDue ? lookAgain(cells, group, key, timer, now) : []
  // Most looks change nothing, and what is put is written.
  if (group.isDue !== isDue || group.isEndTold !== isEndTold) cells.put(groupCell(name), group)
  return effects
}
const lookAgain = (
  cells: Cells,
  group: Group,
  key: string,
  timer: string,
  now: number,
): Effect[] => {
  const [source = '', repo = ''] = keyParts(key)
  const name = timer.slice(LOOK.length)
  const again = setTimer(timer, now + (LATER - 1) * Math.max(FIRST_LOOK_MS, now - group.startedAt))
  if (group.running.length === 1) return [again] // its own forecast says all
  const said = say(cells, group, { source, repo, group: name, id: `${key}/${timer}/${now}`, now })
  return said.record.remainingSeconds === null ? [again] : [said, again]
}

const say = (
  cells: Cells,
  group: Group,
  { id, now, ...ref }: Cause,
): Emit<'ci.change-decisions.v1'> => {
  const repo = endsOf(cells)
  const outlook = outlookOf(
    group.running.map((run): Runner => {
      const ends = endsOf(cells, run.job)
      return {
        ends,
        pFail: rateOf(ends, repo),
        elapsedSeconds: Math.max(0, (now - run.startedAt) / 1000),
        isAwaited: isAwaited(group, run),
      }
    }),
  )
  if (!group.isEndTold && outlook.remainingSeconds !== null) {
    group.told = toldEnd(outlook, now)
    group.isEndTold = true
  }
  const { failed, mended } = mendsOf(cells)
  const mendedShare = (mended + LEAN * MENDED_AT_FIRST) / (failed + LEAN)
  return emit('ci.change-decisions.v1', {
    eventId: derivedId(id, `change/${ref.group}`),
    eventAt: now,
    observedAt: now,
    ...ref,
    elapsedSeconds: Math.max(0, (now - group.startedAt) / 1000),
    ...adviceOf(group, outlook, mendedShare),
    failedJob: group.failed[0]?.job ?? null,
    running: group.running.length,
    ...strayed(outlook, boundsOf(strayOf(cells))),
    mendedShare,
    rule: CHANGE_RULE,
  })
}
const adviceOf = (
  group: Group,
  outlook: Outlook,
  mendedShare: number,
): Pick<ChangeDecision, 'level' | 'reason'> => {
  if (group.failed.length > 0) return changeAdvice(outlook, mendedShare, policyOfChange(group))
  return {
    level: 'continue',
    reason: group.isMended
      ? 'the job that failed passed when it was tried again'
      : 'no required job has failed',
  }
}
