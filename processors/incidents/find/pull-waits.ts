/** Pull requests that wait for longer than they should: one timer per repository, for the first of them. */

import { setTimer, type Effect } from '../../processor.ts'
import { clear, clearLapsed, findHeld, raise, type Held, type Occasion } from '../held.ts'
import type { PullRule } from '../rule.ts'
import { rulesOf, type Rule, type Settings } from '../settings.ts'
import type { RepoState, Waiting } from './pull-state.ts'

const placeOf = (kind: PullRule['of'], pull: number) => ({
  subject: kind === 'review' ? 'reviews' : 'merges',
  member: `pull ${pull}`,
})

interface Due {
  readonly rule: Rule<PullRule>
  readonly pull: number
  readonly since: number
  readonly at: number
}
/** When a rule finds the wait of a pull request too long; null where it does not wait, or where it cannot be told. */
const dueOf = (state: RepoState, waiting: Waiting, rule: Rule<PullRule>): Due | null => {
  const isMerge = rule.row.of === 'merge'
  const after = rule.row.afterSeconds(isMerge ? state.merges : state.reviews, rule.limits)
  const since = isMerge ? waiting.readySince : waiting.reviewSince
  if (after === null || since === 0) return null
  const from = isMerge ? Math.max(since, state.mergedAt) : since
  return { rule, pull: waiting.pull, since, at: from + Math.ceil(after * 1000) }
}

/** What comes due of one rule, pull request by pull request; of merges only the one that has been ready longest. */
const duesOf = (state: RepoState, rule: Rule<PullRule>): Due[] => {
  const isMerge = rule.row.of === 'merge'
  if (isMerge && state.held.some(({ rule: name }) => name === rule.name)) return []
  const dues = state.waiting
    .filter(({ pull }) => !findHeld(state.held, rule.name, placeOf(rule.row.of, pull)))
    .map((waiting) => dueOf(state, waiting, rule))
    .filter((due) => due !== null)
  return isMerge ? dues.sort((a, b) => a.since - b.since).slice(0, 1) : dues
}
const rulesOfPulls = (settings: Settings): readonly Rule<PullRule>[] => [
  ...rulesOf<PullRule['of']>(settings, 'review'),
  ...rulesOf<PullRule['of']>(settings, 'merge'),
]
const allDues = (state: RepoState, settings: Settings): Due[] =>
  rulesOfPulls(settings).flatMap((rule) => duesOf(state, rule))

/** Sets the timer where one may wait too long before it is due. */
export const wake = (state: RepoState, settings: Settings, now: number): Effect[] => {
  const first = Math.min(...allDues(state, settings).map(({ at }) => at))
  if (first === Infinity) return []
  const at = Math.max(now + 1, first)
  if (state.wakeAt !== 0 && state.wakeAt <= at) return []
  state.wakeAt = at
  return [setTimer('pulls', at)]
}

/** Tells everything that waits too long now. */
export const lookAtPulls = (state: RepoState, occasion: Occasion, settings: Settings): Effect[] => {
  const { now, ref } = occasion
  state.wakeAt = 0
  return allDues(state, settings)
    .filter(({ at }) => at <= now)
    .flatMap(({ rule, pull, since }) => {
      const words = rule.row.words({ repo: ref.repo, pull, seconds: (now - since) / 1000 })
      const place = { ...placeOf(rule.row.of, pull), head: `pull ${pull}` }
      return raise(state.held, occasion, rule, place, words)
    })
}

/** Clears what is held by rules that are switched off, or was told under other limits and is within those in force. */
export const letLapse = (state: RepoState, occasion: Occasion, settings: Settings): Effect[] => [
  ...clearLapsed(state.held, settings.byName, occasion),
  ...state.held
    .filter((one) => one.at < settings.since && !isDue(state, one, occasion, settings))
    .flatMap((one) => clear(state.held, one, occasion, 'it is within the limits set since')),
]

const isDue = (
  state: RepoState,
  { rule: name, member }: Held,
  { now }: Occasion,
  settings: Settings,
): boolean => {
  const rule = rulesOfPulls(settings).find((each) => each.name === name)
  const waiting = state.waiting.find(({ pull }) => `pull ${pull}` === member)
  if (rule === undefined || waiting === undefined) return false
  return (dueOf(state, waiting, rule)?.at ?? Infinity) <= now
}
