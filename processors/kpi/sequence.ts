/**
 * The newest ends of a job in order of their finish: what streaks, repairs and gaps are read from. An end may be told
 * late or corrected: putting it in or taking it out gives exactly the counters that its neighbours change by.
 */

import type { RunEnd } from '../../schemas/events.ts'
import { failedClass } from '../../schemas/outcomes.ts'
import { add, type Counters } from './counters.ts'
import { bucketId } from './histogram.ts'
import { ID } from './names.ts'

/** With this many later ends an end has settled: it is no longer corrected here. */
const RECENT_ENDS = 128

export interface Sequence {
  /** `finish in ms · 4 + class`, in order. */
  recent: number[]
  /** Finish of the last settled end, 0 where none has; failing ends in a row up to it; finish of the first of them. */
  settledAt: number
  settledFailures: number
  settledSince: number
}
export const emptySequence = (): Sequence => ({
  recent: [],
  settledAt: 0,
  settledFailures: 0,
  settledSince: 0,
})

const PASSED = 0
const FAILED = 1
const NO_CLASS = 2
/** What of an end gives it its place. */
type End = Pick<RunEnd, 'finishedAt' | 'outcome'>
const encode = ({ finishedAt, outcome }: End): number => {
  const failed = failedClass(outcome)
  return finishedAt * 4 + (failed === null ? NO_CLASS : failed ? FAILED : PASSED)
}
const finishOf = (end: number): number => Math.floor(end / 4)
const classOf = (end: number | undefined): number => (end ?? NO_CLASS) % 4

/** Counters and the instant that places them. */
export type Change = readonly [at: number, counters: Counters]

/** Puts an end into its place. One older than what has settled is left out. */
export const insertEnd = (sequence: Sequence, told: End): Change[] => {
  const { recent } = sequence
  if (told.finishedAt < sequence.settledAt) return []
  const end = encode(told)
  let at = recent.length
  while (at > 0 && (recent[at - 1] ?? 0) > end) at -= 1
  const changes: Change[] = []
  markNext(sequence, at, -1, changes)
  recent.splice(at, 0, end)
  markGap(sequence, at, 1, changes)
  markFix(sequence, at, 1, changes)
  markNext(sequence, at + 1, 1, changes)
  if (recent.length > RECENT_ENDS) settle(sequence)
  return changes
}

/** Takes an end out, as if it had never been told. One that has settled stays. */
export const removeEnd = (sequence: Sequence, told: End): Change[] => {
  const at = sequence.recent.indexOf(encode(told))
  if (at < 0) return []
  const changes: Change[] = []
  markGap(sequence, at, -1, changes)
  markFix(sequence, at, -1, changes)
  markNext(sequence, at + 1, -1, changes)
  sequence.recent.splice(at, 1)
  markNext(sequence, at, 1, changes)
  return changes
}

/** Failing ends in a row up to the newest. */
export const failuresInARow = (sequence: Sequence): number =>
  walkBack(sequence, sequence.recent.length).failures

/** Finish of the newest end in ms, null before the first. */
export const lastFinish = (sequence: Sequence): number | null => {
  const end = sequence.recent.at(-1)
  return end !== undefined ? finishOf(end) : sequence.settledAt === 0 ? null : sequence.settledAt
}

/** What depends on the ends before `at`: the gap of the end there, and the next repair from there on. */
const markNext = (sequence: Sequence, at: number, sign: 1 | -1, changes: Change[]): void => {
  markGap(sequence, at, sign, changes)
  const { recent } = sequence
  let next = at
  while (next < recent.length && classOf(recent[next]) !== PASSED) next += 1
  markFix(sequence, next, sign, changes)
}

const markGap = (sequence: Sequence, at: number, sign: 1 | -1, changes: Change[]): void => {
  const end = sequence.recent[at]
  if (end === undefined) return
  const before = sequence.recent[at - 1]
  const since = before === undefined ? sequence.settledAt : finishOf(before)
  if (since > 0) changes.push([finishOf(end), [bucketId('gap', finishOf(end) - since), sign]])
}

/** A pass after failures closes their streak: `fix/streaks`, `fix/runs`, `fix/ms` and the squares of the last two. */
const markFix = (sequence: Sequence, at: number, sign: 1 | -1, changes: Change[]): void => {
  const end = sequence.recent[at]
  if (end === undefined || classOf(end) !== PASSED) return
  const { failures, since } = walkBack(sequence, at)
  if (failures === 0) return
  const ms = finishOf(end) - since
  const minutes = Math.round(ms / 60_000)
  const counters: Counters = []
  add(counters, ID['fix/streaks'], sign)
  add(counters, ID['fix/runs'], sign * failures)
  add(counters, ID['fix/runs2'], sign * failures * failures)
  add(counters, ID['fix/ms'], sign * ms)
  add(counters, ID['fix/min2'], sign * minutes * minutes)
  changes.push([finishOf(end), counters])
}

/** Failing ends in a row just before `at`, those without a class bridged, and the finish of the first. */
const walkBack = (sequence: Sequence, at: number): { failures: number; since: number } => {
  let failures = 0
  let since = 0
  for (let index = at - 1; index >= 0; index -= 1) {
    const end = sequence.recent[index] ?? 0
    if (classOf(end) === PASSED) return { failures, since }
    if (classOf(end) === NO_CLASS) continue
    failures += 1
    since = finishOf(end)
  }
  if (sequence.settledFailures === 0) return { failures, since }
  return { failures: failures + sequence.settledFailures, since: sequence.settledSince }
}

const settle = (sequence: Sequence): void => {
  const end = sequence.recent.shift() ?? 0
  sequence.settledAt = finishOf(end)
  if (classOf(end) === PASSED) sequence.settledFailures = 0
  if (classOf(end) !== FAILED) return
  if (sequence.settledFailures === 0) sequence.settledSince = sequence.settledAt
  sequence.settledFailures += 1
}
