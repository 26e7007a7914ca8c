/** When what is said of a running run will change: it is looked at then, and not before unless something is heard. */

import { setTimer, type Effect } from '../processor.ts'
import { runCell } from '../run-cell.ts'
import { isEventful, longestKnown, type Basis } from './basis.ts'
import type { Moving, Seen } from './forecast.ts'
import { NO_POLICY } from '../../schemas/policy.ts'
import { ALERT_LOW, judge, type Standing, type Verdict } from './rule.ts'
import type { RunningRun } from './state.ts'
import { BUCKETS, bucketOf, bucketStart } from './survival.ts'
import type { View } from './view.ts'

/** The instants at which what is said will change: the next checkpoint, and the next bucket with another advice. */
export const nextLook = (
  run: RunningRun,
  view: View,
  standing: Standing,
  seen: Seen,
  verdict: Verdict,
): Effect[] => {
  const checkpoint = run.dueSeconds.find((seconds) => seconds > seen.elapsedSeconds) ?? Infinity
  const change = nextChange(view.basis, standing, seen, verdict, checkpoint)
  const { mayHangSeconds, hungSeconds } = view.basis
  const hung = [mayHangSeconds, hungSeconds].find((seconds) => seconds > seen.elapsedSeconds)
  const next = Math.min(checkpoint, change, hung ?? Infinity)
  // While it waits its clock stands still: the end of the wait is heard.
  if (next === Infinity || run.waitingSince !== null) return []
  const due = run.startedAt + Math.ceil((next + run.waitedSeconds) * 1000)
  return [setTimer(runCell(run), Math.max(view.now + 1, due))]
}

/** Belief moves where runs are known to have ended: it is asked after each bucket that holds one, up to `until`. */
const nextChange = (
  basis: Basis,
  standing: Standing,
  seen: Seen,
  now: Verdict,
  until: number,
): number => {
  const end = Math.min(until, longestKnown(basis))
  const isAlerting = now.chance.low >= ALERT_LOW
  const from = { ...standing, isStopped: now.level === 'stop' }
  const later: Moving = { ...seen }
  for (let b = bucketOf(seen.elapsedSeconds) + 1; b < BUCKETS; b += 1) {
    const t = bucketStart(b)
    if (t >= end) return Infinity
    if (!isEventful(basis, b - 1)) continue
    later.elapsedSeconds = t
    const then = judge(basis, later, from)
    if (then.level !== now.level || then.chance.low >= ALERT_LOW !== isAlerting) return t
  }
  return Infinity
}
/** Elapsed seconds at which a run without any sign would be stopped; null for never. */
export const stopPoint = (view: View): number | null => {
  const standing = {
    ...view.standing,
    isWaiting: false,
    isStopped: false,
    isClosing: false,
    policy: NO_POLICY,
  }
  const end = longestKnown(view.basis)
  for (let b = 0; b < BUCKETS && bucketStart(b) < end; b += 1) {
    if (b > 0 && !isEventful(view.basis, b - 1)) continue
    const seen = {
      elapsedSeconds: bucketStart(b),
      signSeconds: null,
      sign: null,
      rate: view.basis.rate,
    }
    if (judge(view.basis, seen, standing).level === 'stop') return bucketStart(b)
  }
  return null
}
