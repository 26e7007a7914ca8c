/** Looks at an open pull request: brings what is watched of it up to now, and forecasts the rest. */

import type { MergeForecast } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import {
  askedOf,
  emit,
  setTimer,
  type Cells,
  type Effect,
  type Model as Trained,
} from '../processor.ts'
import { runningOf, troubledOf } from './checks.ts'
import { classesOf, decilesOf } from './classes.ts'
import { FEATURES, featuresOf, renewed } from './features.ts'
import { outcomeOf, quantileOf, QUANTILES, zOf, type Outcome } from './forecast.ts'
import { partsOf, watch } from './life-table.ts'
import { locate, mergeShareOf, ratesOf, type Model, type Start } from './model.ts'
import { levelsOf, scaleOf } from './past.ts'
import { addedBy } from './reviewers.ts'
import { expect, SIGNS, signsOf, swayOf } from './signs.ts'
import { shareOf, shiftBy } from './trained.ts'
import { authorOf, modelOf, pullCell, type PullState, type RepoState } from './state.ts'

export const MODEL = 'merge-time-1'
const HOUR_MS = 3_600_000
/** Looked at again at one hour and each doubling of it, up to 170 days. */
const DOUBLINGS = 12
const MAX_LOOKS = 40
const DRIVERS = 4

/** What a step works with. */
export interface View {
  /** A trained model, where there is one. */
  readonly trained: Trained | undefined
  readonly cells: Cells
  readonly source: string
  readonly repoName: string
  readonly repo: RepoState
  readonly start: Start
  readonly now: number
}

const secondsSince = (from: number, to: number): number => Math.max(0, (to - from) / 1000)

/** Features, location and scale of a pull request that has just been heard of. */
export const open = (view: View, pull: PullState): void => {
  const { cells, repo, start, now } = view
  const author = authorOf(cells, pull.author)
  const levels = levelsOf(repo.past, author, start.level)
  const model = modelOf(cells, repo, start)
  pull.x = featuresOf({ facts: pull, levels, repo: repo.past, author })
  pull.formula = locate(model, pull.x)
  pull.scale = scaleOf(repo.past, author, start.scale)
  const shift = wordOf(view, pull, pull.formula, pull.x)
  const trained = trainedFor(view, pull)
  pull.word = trained === undefined ? null : { model: trained.version, shift }
  pull.location =
    pull.formula + shareIn(view, pull) * shift + addedBy(repo.reviewing, pull.reviewPace)
  pull.watchedZ = zOf(secondsSince(pull.openedAt, now), pull.location, pull.scale)
}

const trainedFor = ({ trained }: View, { openedAt }: PullState): Trained | undefined =>
  askedOf(trained, openedAt)

/** What the trained model adds for these features; 0 where there is none. */
const wordOf = (view: View, pull: PullState, formula: number, x: readonly number[]): number => {
  const { source, repoName: repo } = view
  const trained = trainedFor(view, pull)
  if (trained === undefined) return 0
  return shiftBy(trained, { formula, scale: pull.scale, x }, { source, repo, pull: pull.pull })
}
const shareIn = (view: View, pull: PullState): number => {
  const trained = trainedFor(view, pull)
  return trained === undefined ? 0 : shareOf(view.repo.lead, trained.version)
}

/** Counts the time since it was last looked at as time under watch. `signs` are those seen since then. */
export const watchUntil = (
  view: View,
  pull: PullState,
  signs: readonly number[],
  at: number,
): void => {
  const { repo, start, cells } = view
  const to = zOf(secondsSince(pull.openedAt, at), pull.location, pull.scale)
  if (to <= pull.watchedZ) return
  const mergeShare = mergeShareOf(modelOf(cells, repo, start), pull.x)
  const sway = swayOf(repo.effects, signs)
  const span = { from: pull.watchedZ, to }
  const risks = new Map<number, number>()
  for (const { bucket, z } of partsOf(span.from, to)) {
    const share = mergeShare(z)
    risks.set(bucket, share * sway.merge + (1 - share) * sway.close)
  }
  expect(repo.effects, signs, span, { intensities: ratesOf(repo, start), mergeShare })
  watch(repo.table, span.from, to, (bucket) => risks.get(bucket) ?? 1)
  pull.watchedZ = to
}

/** What moved the forecast most, in log time: features by name, the largest first. */
const driversOf = (
  { location }: Model,
  x: readonly number[],
  byReviewers: number,
): Record<string, number> => {
  const sums = new Map([['reviewers', byReviewers]])
  FEATURES.forEach(({ name }, i) => {
    if (i === 0) return
    sums.set(name, (sums.get(name) ?? 0) + (location.weights[i] ?? 0) * (x[i] ?? 0))
  })
  const largest = [...sums].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, DRIVERS)
  return Object.fromEntries(largest.filter(([, by]) => Math.abs(by) > 0.05))
}

/** The formula, and the trained model where it is listened to. */
const modelText = ({ trained }: View, share: number): string =>
  share === 0 || trained === undefined ? MODEL : `${MODEL}+${trained.version}`

const quantilesOf = (outcome: Outcome): Record<string, number> =>
  Object.fromEntries(
    Object.entries(QUANTILES).map(([name, share]) => [name, quantileOf(outcome, share)]),
  )

/** The instant of the next look; none after half a year. */
const nextLook = (pull: PullState, now: number): Effect[] => {
  const hours = (now - pull.openedAt) / HOUR_MS
  const doublings = hours < 1 ? 0 : Math.floor(Math.log2(hours)) + 1
  return doublings > DOUBLINGS
    ? []
    : [setTimer(pullCell(pull.pull), pull.openedAt + HOUR_MS * 2 ** doublings)]
}

/** Forecasts an open pull request and sets the instant of the next look. */
export const look = (view: View, pull: PullState, cause: string, causeId: string): Effect[] => {
  const { cells, repo, start, now } = view
  const model = modelOf(cells, repo, start)
  const x = renewed(pull.x, pull)
  const signs = signsOf(pull)
  const elapsedSeconds = secondsSince(pull.openedAt, now)
  const formula = locate(model, x)
  const share = shareIn(view, pull)
  const byReviewers = addedBy(repo.reviewing, pull.reviewPace)
  const byModel = share === 0 ? 0 : share * wordOf(view, pull, formula, x)
  const outcome = outcomeOf({
    location: formula + byModel + byReviewers,
    scale: pull.scale,
    elapsedSeconds,
    intensities: ratesOf(repo, start),
    mergeShare: mergeShareOf(model, x),
    sway: swayOf(repo.effects, signs),
  })
  const quantiles = quantilesOf(outcome)
  const { p10 = 0, p50 = 0, p90 = 0 } = quantiles
  const { pMerge } = outcome
  // The first ones and the newest: what is told in between of a busy one is many times the same.
  pull.looks = [...pull.looks.slice(0, MAX_LOOKS - 1), { elapsedSeconds, pMerge, p10, p50, p90 }]
  const deciles = decilesOf(repo.times)
  const forecast: MergeForecast = {
    eventId: derivedId(causeId, 'merge-forecast'),
    eventAt: now,
    observedAt: now,
    source: view.source,
    repo: view.repoName,
    pull: pull.pull,
    openedAt: pull.openedAt,
    elapsedSeconds,
    sha: pull.sha,
    author: pull.author,
    title: pull.title,
    pMerge,
    quantiles,
    deciles,
    classes: classesOf(outcome, deciles),
    signs: signs.map((place) => SIGNS[place]?.name ?? ''),
    checks: troubledOf(pull.checks),
    checksRunning: runningOf(pull.checks),
    drivers: driversOf(model, x, byReviewers),
    cause,
    merged: repo.past.merged,
    closed: repo.past.closed,
    model: modelText(view, share),
  }
  return [emit('ci.merge-forecasts.v1', forecast), ...nextLook(pull, now)]
}
