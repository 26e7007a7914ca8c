/** Runs that wait or run, and jobs that are silent, for longer than they should: one timer per job, for the first of them. */

import type { JobRef, RunRef } from '../../../schemas/events.ts'
import { setTimer, type Effect } from '../../processor.ts'
import { clear, findHeld, raise, subjectOf, type Held, type Occasion } from '../held.ts'
import type { WaitingRule } from '../rule.ts'
import { rulesOf, type Rule, type Settings } from '../settings.ts'
import { timesOf, type JobState, type Watched } from './job-state.ts'

const WATCH_TIMER = 'watch'

/** What may last too long, and since when. */
interface Wait {
  readonly kind: WaitingRule['of']
  readonly since: number
  readonly watched: Watched | null
}
export const waitOf = (watched: Watched): Wait =>
  watched.startedAt === 0
    ? { kind: 'queued', since: watched.queuedAt, watched }
    : { kind: 'running', since: watched.startedAt, watched }
/** A job with a run under way is not silent. */
export const silenceOf = ({ lastEndAt, runs }: JobState): Wait => ({
  kind: 'silent',
  since: runs.length === 0 ? lastEndAt : 0,
  watched: null,
})
const memberOf = ({ watched }: Wait, job: string): string => watched?.run ?? job

/** When a rule finds it too long; Infinity where it cannot tell or has told. */
const dueOf = (state: JobState, wait: Wait, rule: Rule<WaitingRule>, ref: JobRef): number => {
  if (wait.since === 0) return Infinity
  const after = rule.row.afterSeconds(timesOf(state), rule.limits)
  if (after === null) return Infinity
  const place = {
    subject: subjectOf(rule.row, ref, wait.watched?.head),
    member: memberOf(wait, ref.job),
  }
  const isTold = state.held.length > 0 && findHeld(state.held, rule.name, place)?.isGone === false
  return isTold ? Infinity : wait.since + Math.ceil(after * 1000)
}

/** True where it lasts too long by now, told or not. */
export const isTooLong = (
  state: JobState,
  { since }: Wait,
  { row, limits }: Rule<WaitingRule>,
  now: number,
): boolean => {
  const after = row.afterSeconds(timesOf(state), limits)
  return since !== 0 && after !== null && since + Math.ceil(after * 1000) <= now
}

const firstDue = (state: JobState, wait: Wait, settings: Settings, ref: JobRef): number => {
  let first = Infinity
  for (const rule of rulesOf(settings, wait.kind))
    first = Math.min(first, dueOf(state, wait, rule, ref))
  return first
}

/** Sets the timer where a run, or the job itself (null), may last too long before it is due. */
export const wakeFor = (
  state: JobState,
  watched: Watched | null,
  ref: JobRef,
  settings: Settings,
  now: number,
): Effect[] => {
  const wait = watched === null ? silenceOf(state) : waitOf(watched)
  const due = Math.max(now + 1, firstDue(state, wait, settings, ref))
  if (due === Infinity || (state.watchAt !== 0 && state.watchAt <= due)) return []
  state.watchAt = due
  return [setTimer(WATCH_TIMER, due)]
}

/** Tells everything that lasts too long now, and sets the timer for what comes next. */
export const lookAtWaits = (state: JobState, occasion: Occasion, settings: Settings): Effect[] => {
  const { now, ref } = occasion
  const effects: Effect[] = []
  let next = Infinity
  for (const wait of [...state.runs.map(waitOf), silenceOf(state)])
    for (const rule of rulesOf(settings, wait.kind)) {
      const due = dueOf(state, wait, rule, ref)
      if (due <= now) effects.push(...tell(state, wait, rule, occasion))
      else next = Math.min(next, due)
    }
  state.watchAt = next === Infinity ? 0 : next
  return next === Infinity ? effects : [...effects, setTimer(WATCH_TIMER, next)]
}

/** The run of a job by its name among those that are watched. Example: `7#2` is the second attempt of run 7. */
export const refOfRun = (ref: RunRef, run: string): RunRef => {
  const hash = run.lastIndexOf('#')
  return { ...ref, runId: run.slice(0, hash), attempt: Number(run.slice(hash + 1)) }
}

const tell = (
  state: JobState,
  wait: Wait,
  rule: Rule<WaitingRule>,
  occasion: Occasion,
): Effect[] => {
  const { job } = occasion.ref
  const member = memberOf(wait, job)
  const ref = wait.watched === null ? occasion.ref : refOfRun(occasion.ref, member)
  const words = rule.row.words({ ...ref, seconds: (occasion.now - wait.since) / 1000 })
  const place = { ...wait.watched, subject: subjectOf(rule.row, ref, wait.watched?.head), member }
  return raise(state.held, { ...occasion, ref }, rule, place, words)
}

/** A wait that was told has to last half as long again to have been worth telling. */
const WORTH = 1.5

/** Says that what waited or ran does so no longer: what of it was told, and whether that was right. */
export const clearWaits = (
  state: JobState,
  kinds: readonly WaitingRule['of'][],
  member: string,
  occasion: Occasion,
  verdict: string,
  rightOf: (one: Held) => boolean | null,
): Effect[] =>
  state.held
    .filter((one) => one.member === member && (kinds as readonly string[]).includes(one.kind))
    .flatMap((one) => clear(state.held, one, occasion, verdict, { right: rightOf(one) }))

/** True where a wait that began at `since` and is over at `end` was worth telling when it was. */
export const wasWorth = ({ at }: Held, since: number, end: number): boolean =>
  end - since >= WORTH * (at - since)
