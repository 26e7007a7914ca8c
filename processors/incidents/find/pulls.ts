/** Finds pull requests of a repository that wait for a review, or for the merge that nothing stands in the way of. */

import type { PullEvent } from '../../../schemas/events.ts'
import { keyParts } from '../../../schemas/keys.ts'
import type { Effect, Input, Processor } from '../../processor.ts'
import { clear, type Occasion } from '../held.ts'
import { settingsOf } from '../settings.ts'
import { newRepoState, past, REPO_CELL, type RepoState, type Waiting } from './pull-state.ts'
import { letLapse, lookAtPulls, wake } from './pull-waits.ts'

/** Of a repository so many open pull requests are followed, those opened last. */
const MOST_WAITING = 400
const WORTH = 1.5

export const pullAlerts: Processor = {
  name: 'pull-alerts',
  inputs: ['ci.pull-events.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: { repo: REPO_CELL },
  step: (cells, key, input, now, tables) => {
    const state = (cells.get('repo') as RepoState | undefined) ?? newRepoState()
    const settings = settingsOf(tables)
    const occasion = occasionFor(key, input, now)
    const effects = letLapse(state, occasion, settings)
    if (input.kind === 'timer') effects.push(...lookAtPulls(state, occasion, settings))
    else effects.push(...onEvent(state, input.record as PullEvent, occasion))
    effects.push(...wake(state, settings, now))
    cells.put('repo', state)
    return effects
  },
}

const occasionFor = (key: string, input: Input, now: number): Occasion => {
  const [source = '', repo = ''] = keyParts(key)
  const ref = { source, repo, job: '', runId: '', attempt: 0 }
  if (input.kind === 'timer') return { causeId: `${key}/pulls/${now}`, eventAt: now, now, ref }
  const { eventId, eventAt } = input.record
  return { causeId: eventId, eventAt, now, ref }
}

/** True where nothing but the merge itself is missing, as far as is told. */
const isReady = ({ labels, autoMerge, draft }: PullEvent): boolean =>
  draft !== true &&
  !labels.some((label) => /^do-not-merge|^needs-rebase/.test(label)) &&
  (autoMerge === true || (labels.includes('lgtm') && labels.includes('approved')))

const onEvent = (state: RepoState, event: PullEvent, occasion: Occasion): Effect[] => {
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
  return effects
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
