/**
 * Forecasts whether and when open pull requests will be merged: when they are opened, at each event about them, and at
 * instants computed beforehand. Scores each at its end, and learns from it what was known when it was first heard of.
 */

import type {
  MergePrior,
  MergeScore,
  PullCheck,
  PullEvent,
  PullOutcome,
} from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, keyParts } from '../../schemas/keys.ts'
import {
  clearTimer,
  drop,
  emit,
  setTimer,
  type Cells,
  type Effect,
  type Processor,
  type Tables,
} from '../processor.ts'
import { CELLS } from './cells.ts'
import { withCheck } from './checks.ts'
import { countTime } from './classes.ts'
import { pullOf, take, takeReview } from './facts.ts'
import { zOf } from './forecast.ts'
import { look, MODEL, open, watchUntil, type View } from './look.ts'
import { learn, PLAIN_START, type Start } from './model.ts'
import { hearMerge, levelOf } from './past.ts'
import { effectAfter, hearReviewed, takeReviewers } from './reviewers.ts'
import { countSigns, signsOf } from './signs.ts'
import { leadAfter } from './trained.ts'
import {
  authorOf,
  earlyCell,
  forget,
  headCell,
  isEarly,
  isForgotten,
  modelOf,
  openedAtOf,
  pullCell,
  putAuthor,
  putModel,
  repoOf,
  type Head,
  type PullState,
  type Review,
} from './state.ts'

/** An ended pull request may be opened again, and repeats are told from news, for so long. */
const REMEMBER_MS = 14 * 86_400_000
const NO_REVIEW: Review = { review: null, reviewAt: 0, reviewId: '' }
const ENDS: ReadonlySet<string> = new Set(['merged', 'closed'])

export const mergeTime: Processor = {
  name: 'merge-time',
  inputs: ['ci.pull-events.v1', 'ci.pull-checks.v1'],
  broadcasts: ['ci.merge-priors.v1'],
  outputs: ['ci.merge-forecasts.v1', 'ci.merge-scores.v1', 'ci.pull-outcomes.v1'],
  cells: CELLS,
  step: (cells, key, input, now, tables) => {
    const [source = '', repoName = ''] = keyParts(key)
    const start = startOf(source, tables)
    const trained = tables.models?.['merge-time']
    const view: View = { cells, source, repoName, repo: repoOf(cells), start, now, trained }
    if (input.kind === 'timer') return onTimer(view, input.timer, `${key}/${input.timer}/${now}`)
    return input.topic === 'ci.pull-checks.v1'
      ? onCheck(view, input.record as PullCheck)
      : onEvent(view, input.record as PullEvent)
  },
}

/** Pool of a community: all repositories of a source. */
const poolOf = (source: string): string => keyOf('community', source)
const startOf = (source: string, tables: Tables): Start => {
  const prior: MergePrior | undefined = tables.get('ci.merge-priors.v1', poolOf(source))
  return prior ?? PLAIN_START
}

const onEvent = (view: View, event: PullEvent): Effect[] => {
  const { cells } = view
  const known = cells.get(pullCell(event.pull)) as PullState | undefined
  if (known === undefined) return onFirst(view, event)
  if (known.phase !== 'open') return onEnded(view, known, event)
  if (ENDS.has(event.kind))
    return event.eventAt < known.sinceAt ? [drop('duplicate')] : end(view, known, event)
  const before = signsOf(known)
  const { sha } = known
  if (!take(known, event)) return [drop('duplicate')]
  takeReviewers(cells, known, event, usualOf(view))
  moveHead(cells, known, sha)
  watchUntil(view, known, before, view.now)
  return lookAt(view, known, event.kind, event.eventId)
}

const usualOf = ({ repo, start }: View): number => levelOf(repo.past, start.level)

/** A run on its newest commit: a forecast is renewed where that shows in its signs. */
const onCheck = (view: View, check: PullCheck): Effect[] => {
  const { cells, now } = view
  const number = check.pull ?? (cells.get(headCell(check.sha ?? '')) as Head | undefined)?.pull
  const known = number === undefined ? undefined : cells.get(pullCell(number))
  const pull = known as PullState | undefined
  if (pull?.phase !== 'open') return [drop('no-use')]
  if (check.sha !== null && pull.sha !== null && check.sha !== pull.sha) return [drop('no-use')]
  const checks = withCheck(pull.checks, check)
  if (checks === pull.checks) return [drop('duplicate')]
  const before = signsOf(pull)
  pull.checks = checks
  const after = signsOf(pull)
  if (before.join() === after.join()) {
    cells.put(pullCell(pull.pull), pull)
    return []
  }
  watchUntil(view, pull, before, now)
  return lookAt(view, pull, `check ${check.state}`, check.eventId)
}

/** Keeps which pull request its newest commit belongs to, so that runs that tell the commit alone find it. */
const moveHead = (cells: Cells, { sha, pull }: PullState, before: string | null): void => {
  if (sha === before) return
  if (before !== null) cells.delete(headCell(before))
  if (sha !== null) cells.put(headCell(sha), { pull })
}

const lookAt = (view: View, pull: PullState, cause: string, causeId: string): Effect[] => {
  const effects = look(view, pull, cause, causeId)
  view.cells.put(pullCell(pull.pull), pull)
  view.cells.put('repo', view.repo)
  return effects
}

const onFirst = (view: View, event: PullEvent): Effect[] => {
  const { cells, repo, now } = view
  const openedAt = openedAtOf(event)
  if (isForgotten(cells, event.pull)) return [drop('expired')]
  if (openedAt === null || openedAt > now)
    return event.kind === 'reviewed' ? keepReview(view, event) : [drop('no-use')]
  const pull = pullOf(event, openedAt)
  const early = cells.get(earlyCell(event.pull)) as Review | undefined
  if (early !== undefined) Object.assign(pull, early)
  if (event.kind === 'reviewed') takeReview(pull, event)
  takeReviewers(cells, pull, event, usualOf(view))
  if (ENDS.has(event.kind)) return endUnheard(view, pull, event)
  open(view, pull)
  moveHead(cells, pull, null)
  const author = authorOf(cells, pull.author)
  author.opened += 1
  author.open += 1
  author.lastOpenedAt = Math.max(author.lastOpenedAt ?? 0, openedAt)
  repo.past.open += 1
  putAuthor(cells, pull.author, author)
  return lookAt(view, pull, event.kind, event.eventId)
}

/** A review may be heard before the pull request itself: kept for as long as repeats are told from news. */
const keepReview = ({ cells, now }: View, event: PullEvent): Effect[] => {
  const cell = earlyCell(event.pull)
  const early = (cells.get(cell) as Review | undefined) ?? NO_REVIEW
  const next = { ...early }
  if (!takeReview(next, event)) return [drop('duplicate')]
  cells.put(cell, next)
  return [setTimer(cell, now + REMEMBER_MS)]
}

/** Only a reopening that happened after the end is news. */
const onEnded = (view: View, pull: PullState, event: PullEvent): Effect[] => {
  if (event.kind !== 'reopened' || event.eventAt <= (pull.endedAt ?? 0)) return [drop('duplicate')]
  pull.phase = 'open'
  pull.endedAt = null
  pull.sinceAt = event.eventAt
  take(pull, event)
  takeReviewers(view.cells, pull, event, usualOf(view))
  moveHead(view.cells, pull, null)
  const author = authorOf(view.cells, pull.author)
  author.open += 1
  view.repo.past.open += 1
  putAuthor(view.cells, pull.author, author)
  return lookAt(view, pull, event.kind, event.eventId)
}

/** Ends it in the counts of its repository and its author; returns its log time. */
const countEnd = (view: View, pull: PullState, event: PullEvent, wasOpen: boolean): number => {
  const { cells, repo } = view
  const author = authorOf(cells, pull.author)
  const logTime = Math.log1p(Math.max(0, event.eventAt - pull.openedAt) / 1000)
  if (wasOpen) {
    author.open = Math.max(0, author.open - 1)
    repo.past.open = Math.max(0, repo.past.open - 1)
  } else author.opened += 1
  if (event.kind === 'merged') {
    const error = wasOpen ? logTime - pull.location : null
    hearMerge(repo.past, author, { logTime, error, at: event.eventAt })
    hearReviewed(cells, pull.people, logTime)
    repo.times = countTime(repo.times, logTime)
  } else {
    repo.past.closed += 1
    author.closed += 1
  }
  putAuthor(cells, pull.author, author)
  pull.phase = event.kind === 'merged' ? 'merged' : 'closed'
  pull.endedAt = event.eventAt
  return logTime
}

/** Only its end was heard: it counts, but there is no forecast to learn from. */
const endUnheard = (view: View, pull: PullState, event: PullEvent): Effect[] => {
  countEnd(view, pull, event, false)
  view.cells.put(pullCell(pull.pull), pull)
  view.cells.put('repo', view.repo)
  return [setTimer(pullCell(pull.pull), view.now + REMEMBER_MS)]
}

const end = (view: View, pull: PullState, event: PullEvent): Effect[] => {
  const { cells, repo, start, now } = view
  const isMerged = event.kind === 'merged'
  const signs = signsOf(pull)
  watchUntil(view, pull, signs, event.eventAt)
  countSigns(repo.effects, signs, isMerged)
  const logTime = countEnd(view, pull, event, true)
  if (isMerged)
    repo.reviewing = effectAfter(repo.reviewing, pull.reviewPace, logTime - pull.formula)
  if (isMerged && pull.word !== null) repo.lead = leadOf(repo, pull, pull.word, logTime)
  const z = zOf(Math.expm1(logTime), pull.location, pull.scale)
  const model = modelOf(cells, repo, start)
  const ended = { x: pull.x, isMerged, logTime, z }
  learn(model, ended)
  repo.table = model.table
  putModel(cells, model)
  cells.put('repo', repo)
  const stamp = { eventAt: event.eventAt, observedAt: now }
  const told: PullOutcome = {
    eventId: derivedId(event.eventId, 'pull-outcome'),
    ...{ ...stamp, pool: poolOf(view.source), repo: view.repoName, pull: pull.pull },
    ...{ ...ended, x: [...pull.x], error: logTime - pull.location },
  }
  const effects: Effect[] = [
    emit('ci.merge-scores.v1', scoreOf(view, pull, event)),
    emit('ci.pull-outcomes.v1', told),
    clearTimer(pullCell(pull.pull)),
    setTimer(pullCell(pull.pull), now + REMEMBER_MS),
  ]
  if (pull.sha !== null) cells.delete(headCell(pull.sha))
  pull.checks = []
  cells.put(pullCell(pull.pull), pull)
  return effects
}

const leadOf = (
  { lead }: View['repo'],
  { formula, scale }: PullState,
  { model, shift }: { readonly model: string; readonly shift: number },
  logTime: number,
) => leadAfter(lead, model, { formula: logTime - formula, model: logTime - formula - shift, scale })

const scoreOf = (view: View, pull: PullState, event: PullEvent): MergeScore => ({
  eventId: derivedId(event.eventId, 'merge-score'),
  eventAt: event.eventAt,
  observedAt: view.now,
  source: view.source,
  repo: view.repoName,
  pull: pull.pull,
  author: pull.author,
  merged: event.kind === 'merged',
  openedAt: pull.openedAt,
  seconds: Math.max(0, event.eventAt - pull.openedAt) / 1000,
  looks: pull.looks.map((each) => ({ ...each })),
  model: MODEL,
})

/** A timer of an open pull request is an instant to look again; of an ended one, to forget it. */
const onTimer = (view: View, timer: string, causeId: string): Effect[] => {
  if (isEarly(timer)) {
    view.cells.delete(timer)
    return []
  }
  const pull = view.cells.get(timer) as PullState | undefined
  if (pull === undefined) return []
  if (pull.phase !== 'open') {
    forget(view.cells, pull.pull)
    return []
  }
  watchUntil(view, pull, signsOf(pull), view.now)
  return lookAt(view, pull, 'time', causeId)
}
