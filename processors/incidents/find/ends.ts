/** What the end of a run tells of its job: failures in a row, silence that is over, runs that wait and run no longer. */

import type { Run } from '../../../schemas/events.ts'
import { runName } from '../../../schemas/keys.ts'
import { failedClass } from '../../../schemas/outcomes.ts'
import type { Effect } from '../../processor.ts'
import { clear, findHeld, judge, raise, type Held, type Occasion } from '../held.ts'
import { rulesOf, type Settings } from '../settings.ts'
import {
  headOf,
  isOfPull,
  noteGap,
  unwatch,
  type HeadStreak,
  type JobState,
  type Watched,
} from './job-state.ts'
import { clearWaits, wasWorth } from './waits.ts'

export const onRunEnd = (
  state: JobState,
  run: Run,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const watched = unwatch(state, runName(run))
  const failed = failedClass(run.outcome ?? 'unknown')
  const effects = [...clearRun(state, run, failed, occasion), ...clearSilence(state, run, occasion)]
  if (failed === null) return effects
  state.ends += 1
  if (!isOfPull(run)) effects.push(...onStreak(state, run, watched, failed, occasion, settings))
  return effects
}

const clearRun = (
  state: JobState,
  run: Run,
  failed: boolean | null,
  occasion: Occasion,
): Effect[] => {
  const name = runName(run)
  const verdict = `run ${run.runId} ended: ${run.outcome ?? 'unknown'}`
  return [
    // One that never started was stuck indeed.
    ...clearWaits(state, ['queued'], name, occasion, verdict, () => true),
    ...clearWaits(state, ['running'], name, occasion, verdict, () => failed),
  ]
}

const clearSilence = (state: JobState, { job, finishedAt }: Run, occasion: Occasion): Effect[] => {
  const before = state.lastEndAt
  const end = finishedAt ?? occasion.eventAt
  if (end <= before) return []
  state.lastEndAt = end
  if (before === 0) return []
  noteGap(state, end - before, end)
  const verdict = 'it has ended a run again'
  return clearWaits(state, ['silent'], job, occasion, verdict, (one) => wasWorth(one, before, end))
}

/** Of a job the ends on so many heads are followed, those heard of last. */
const MOST_HEADS = 12

const streakOf = (state: JobState, head: string, now: number): HeadStreak => {
  const known = state.streaks.find((each) => each.head === head)
  if (known !== undefined) return known
  const made: HeadStreak = { head, failures: 0, passes: 0, sha: '', at: now }
  state.streaks.push(made)
  return made
}

const onStreak = (
  state: JobState,
  run: Run,
  watched: Watched | undefined,
  failed: boolean,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const head = watched?.head ?? headOf(run)
  const streak = streakOf(state, head, occasion.now)
  const judged = toJudge(state, streak, run.job)
  const effects: Effect[] = []
  streak.at = occasion.now
  if (failed && streak.failures === 0) streak.sha = (run.sha ?? '').slice(0, 200)
  streak.failures = failed ? streak.failures + 1 : 0
  streak.passes = failed ? 0 : streak.passes + 1
  const place = { ...watched, subject: head === '' ? run.job : head, member: run.job, head }
  for (const rule of rulesOf(settings, 'streak')) {
    const held = findHeld(state.held, rule.name, place)
    const words = rule.row.words(run.job, streak, head === '' ? '' : ` on ${head}`)
    if (rule.row.isRaised(streak, rule.limits, held !== undefined))
      effects.push(...raise(state.held, occasion, rule, { ...place, sha: streak.sha }, words))
    else if (held !== undefined) {
      // In one word: of two that are told at one instant nobody knows which is heard first.
      const right = judged.includes(held) ? failed : null
      effects.push(...clear(state.held, held, occasion, `run ${run.runId} passed`, { right }))
    }
  }
  const going = judged.filter((one) => state.held.includes(one))
  return [
    ...going.map((one) => judge(one, occasion, failed)),
    ...effects,
    ...forgetOldest(state, occasion),
  ]
}

/** The first end after a streak was told says whether it went on. */
const toJudge = ({ held }: JobState, streak: HeadStreak, job: string): Held[] =>
  held.filter(
    ({ kind, member, head, at }) =>
      kind === 'streak' && member === job && head === streak.head && at >= streak.at,
  )

const forgetOldest = (state: JobState, occasion: Occasion): Effect[] => {
  if (state.streaks.length <= MOST_HEADS) return []
  const oldest = state.streaks.reduce((a, b) => (b.at < a.at ? b : a))
  state.streaks = state.streaks.filter((each) => each !== oldest)
  return state.held
    .filter(({ kind, head }) => kind === 'streak' && head === oldest.head)
    .flatMap((one) => clear(state.held, one, occasion, 'no longer followed'))
}
