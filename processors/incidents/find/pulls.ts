/** Finds pull requests of a repository that wait for a review, or for the merge that nothing stands in the way of. */

import type { PullEvent } from '../../../schemas/events.ts'
import { keyParts } from '../../../schemas/keys.ts'
import { setTimer, type Effect, type Processor, type Tables } from '../../processor.ts'
import { clear, findHeld, HELD_LIST, raise, type Held, type Occasion } from '../held.ts'
import type { PullRule } from '../rule.ts'
import { rulesOf, settingsOf, type Rule, type Settings } from '../settings.ts'

/** An open pull request; 0 where it does not wait for that. */
interface Waiting {
  readonly pull: number
  reviewSince: number
  readySince: number
}
interface RepoState {
  waiting: Waiting[]
  held: Held[]
  /** Waits that ended, in seconds, newest last. */
  reviews: number[]
  merges: number[]
  mergedAt: number
  wakeAt: number
}
const LONGS = { type: 'array', items: 'long' }
const CELL = {
  type: 'record',
  name: 'PullAlerts',
  fields: [
    {
      name: 'waiting',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'WaitingPull',
          fields: ['pull', 'reviewSince', 'readySince'].map((name) => ({ name, type: 'long' })),
        },
      },
    },
    { name: 'held', type: HELD_LIST },
    { name: 'reviews', type: LONGS },
    { name: 'merges', type: LONGS },
    { name: 'mergedAt', type: 'long' },
    { name: 'wakeAt', type: 'long' },
  ],
}
/** Of a repository so many open pull requests are followed, those opened last. */
const MOST_WAITING = 400
const MOST_PAST = 100
const WORTH = 1.5

export const pullAlerts: Processor = {
  name: 'pull-alerts',
  inputs: ['ci.pull-events.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: { repo: CELL },
  step: (cells, key, input, now, tables) => {
    const state = (cells.get('repo') as RepoState | undefined) ?? {
      ...{ waiting: [], held: [], reviews: [], merges: [], mergedAt: 0, wakeAt: 0 },
    }
    const effects =
      input.kind === 'timer'
        ? onTimer(state, key, now, tables)
        : onEvent(state, input.record as PullEvent, now, tables)
    cells.put('repo', state)
    return effects
  },
}

const past = (list: number[], ms: number): void => {
  list.push(Math.max(0, Math.round(ms / 1000)))
  if (list.length > MOST_PAST) list.shift()
}

/** True where nothing but the merge itself is missing, as far as is told. */
const isReady = ({ labels, autoMerge, draft }: PullEvent): boolean =>
  draft !== true &&
  !labels.some((label) => /^do-not-merge|^needs-rebase/.test(label)) &&
  (autoMerge === true || (labels.includes('lgtm') && labels.includes('approved')))

const onEvent = (state: RepoState, event: PullEvent, now: number, tables: Tables): Effect[] => {
  const settings = settingsOf(tables)
  const occasion = occasionFor(event.source, event.repo, event.eventId, event.eventAt, now)
  const { kind, pull, eventAt } = event
  const isOver = kind === 'merged' || kind === 'closed'
  const known = state.waiting.find((each) => each.pull === pull)
  const effects: Effect[] = []
  if (isOver) {
    if (kind === 'merged') effects.push(...onMerged(state, known, occasion))
    state.waiting = state.waiting.filter((each) => each !== known)
    effects.push(...clearPull(state, ['review', 'merge'], pull, occasion, kind))
  } else {
    const waiting = known ?? { pull, reviewSince: 0, readySince: 0 }
    if (known === undefined && kind === 'opened') {
      waiting.reviewSince = event.draft === true ? 0 : (event.openedAt ?? eventAt)
      state.waiting.push(waiting)
      effects.push(...forgetOldest(state, occasion))
    }
    if (kind === 'ready' && waiting.reviewSince === 0) waiting.reviewSince = eventAt
    if (kind === 'reviewed' && event.actor !== event.author)
      effects.push(...onReviewed(state, waiting, eventAt, occasion))
    if (known !== undefined) effects.push(...onReadiness(state, waiting, event, occasion))
  }
  return [...effects, ...wake(state, settings, now)]
}

const onReviewed = (
  state: RepoState,
  waiting: Waiting,
  eventAt: number,
  occasion: Occasion,
): Effect[] => {
  if (waiting.reviewSince === 0) return []
  past(state.reviews, eventAt - waiting.reviewSince)
  waiting.reviewSince = 0
  return clearPull(state, ['review'], waiting.pull, occasion, 'reviewed')
}

/** Labels and auto-merge are told whole with labels; other events may leave them out. */
const onReadiness = (
  state: RepoState,
  waiting: Waiting,
  event: PullEvent,
  occasion: Occasion,
): Effect[] => {
  if (event.kind !== 'labelled' && event.autoMerge === null) return []
  if (isReady(event)) {
    if (waiting.readySince === 0) waiting.readySince = event.eventAt
    return []
  }
  if (waiting.readySince === 0) return []
  waiting.readySince = 0
  return clearPull(state, ['merge'], waiting.pull, occasion, 'no longer ready')
}

const onMerged = (state: RepoState, waiting: Waiting | undefined, occasion: Occasion): Effect[] => {
  const { eventAt } = occasion
  if (waiting !== undefined && waiting.readySince > 0)
    past(state.merges, eventAt - waiting.readySince)
  const ready = state.waiting.map(({ readySince }) => readySince).filter((since) => since > 0)
  const before = Math.max(state.mergedAt, ready.length === 0 ? 0 : Math.min(...ready))
  state.mergedAt = Math.max(state.mergedAt, eventAt)
  return state.held
    .filter(({ kind }) => kind === 'merge')
    .flatMap((one) =>
      clear(state.held, one, occasion, 'something merged', {
        right: eventAt - before >= WORTH * (one.at - before),
      }),
    )
}

const clearPull = (
  state: RepoState,
  kinds: readonly string[],
  pull: number,
  occasion: Occasion,
  verdict: string,
): Effect[] =>
  state.held
    .filter(({ kind, member }) => kinds.includes(kind) && member === `pull ${pull}`)
    .flatMap((one) => clear(state.held, one, occasion, verdict))

const forgetOldest = (state: RepoState, occasion: Occasion): Effect[] => {
  if (state.waiting.length <= MOST_WAITING) return []
  const oldest = state.waiting.shift()
  return oldest === undefined
    ? []
    : clearPull(state, ['review', 'merge'], oldest.pull, occasion, 'no longer followed')
}

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
/** What comes due of one rule, pull request by pull request; of merges only the one that has been ready longest. */
const duesOf = (state: RepoState, rule: Rule<PullRule>): Due[] => {
  const isMerge = rule.row.of === 'merge'
  const after = rule.row.afterSeconds(isMerge ? state.merges : state.reviews, rule.limits)
  if (after === null) return []
  const dues = state.waiting.flatMap(({ pull, reviewSince, readySince }): Due[] => {
    const since = isMerge ? readySince : reviewSince
    if (since === 0 || findHeld(state.held, rule.name, placeOf(rule.row.of, pull)) !== undefined)
      return []
    const from = isMerge ? Math.max(since, state.mergedAt) : since
    return [{ rule, pull, since, at: from + Math.ceil(after * 1000) }]
  })
  if (!isMerge) return dues
  if (state.held.some(({ rule: name }) => name === rule.name)) return []
  return dues.sort((a, b) => a.since - b.since).slice(0, 1)
}
const allDues = (state: RepoState, settings: Settings): Due[] =>
  [...rulesOf(settings, 'review'), ...rulesOf(settings, 'merge')].flatMap((rule) =>
    duesOf(state, rule as Rule<PullRule>),
  )

const wake = (state: RepoState, settings: Settings, now: number): Effect[] => {
  const first = Math.min(...allDues(state, settings).map(({ at }) => at))
  if (first === Infinity) return []
  const at = Math.max(now + 1, first)
  if (state.wakeAt !== 0 && state.wakeAt <= at) return []
  state.wakeAt = at
  return [setTimer('pulls', at)]
}

const occasionFor = (
  source: string,
  repo: string,
  causeId: string,
  eventAt: number,
  now: number,
): Occasion => ({ causeId, eventAt, now, ref: { source, repo, job: '', runId: '', attempt: 0 } })

const onTimer = (state: RepoState, key: string, now: number, tables: Tables): Effect[] => {
  const settings = settingsOf(tables)
  const [source = '', repo = ''] = keyParts(key)
  const occasion = occasionFor(source, repo, `${key}/pulls/${now}`, now, now)
  const effects = allDues(state, settings)
    .filter(({ at }) => at <= now)
    .flatMap(({ rule, pull, since }) => {
      const words = rule.row.words({ repo, pull, seconds: (now - since) / 1000 })
      const place = { ...placeOf(rule.row.of, pull), head: `pull ${pull}` }
      return raise(state.held, occasion, rule, place, words)
    })
  state.wakeAt = 0
  return [...effects, ...wake(state, settings, now)]
}
