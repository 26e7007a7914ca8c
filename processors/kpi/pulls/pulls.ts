/**
 * Processor `kpi-pulls`: KPIs of the pull requests and issues of a repository, and of the runs of its pulls. What is known of each
 * pull is kept in a cell; what that adds to the windows is a function of it. Told at full hours, where anything has changed.
 */

import type { IssueEvent, Kpi, PullEvent, PullRun } from '../../../schemas/events.ts'
import { key as keyOf } from '../../../schemas/keys.ts'
import {
  clearTimer,
  drop,
  emit,
  retire,
  setTimer,
  type Cells,
  type Effect,
  type Processor,
} from '../../processor.ts'
import { add, countOf } from '../counters.ts'
import { endOf, issueOf, PULL_CELLS, pullOf, repoOf, type Repo } from './cells.ts'
import { isSame, ofIssue, ofPull, type Contribution } from './contributions.ts'
import { hearIssue, hearPull, hearRun } from './evolve.ts'
import { PULL_ROWS } from './index.ts'
import { ID } from './names.ts'
import { countPeople, dayOf, forgetPeople, notePerson, type Role } from './people.ts'
import type { PullReading, PullWindow } from './row.ts'
import { addAt, expire, HOUR_MS, LENGTHS, nextExpiry } from './windows.ts'

/** Facts of a pull that ended longer ago are about one that is forgotten. */
const KEPT_DAYS = 35
const DAY_MS = 24 * HOUR_MS
const WINDOWS: readonly PullWindow[] = ['now', '7d', '30d']

export const kpiPulls: Processor = {
  name: 'kpi-pulls',
  inputs: ['ci.pull-events.v1', 'ci.issue-events.v1', 'ci.pull-runs.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1'],
  cells: PULL_CELLS,
  step(cells, key, input, now) {
    const repo = repoOf(cells)
    if (input.kind === 'timer') return onHour(cells, key, repo, now)
    if (input.topic === 'ci.issue-events.v1') onIssue(cells, repo, input.record as IssueEvent, now)
    else if (input.topic === 'ci.pull-runs.v1') onRun(cells, repo, input.record as PullRun, now)
    else if ((input.record as PullEvent).kind === 'unknown') return NO_USE
    else onPull(cells, repo, input.record as PullEvent, now)
    const effects = wake(repo, now)
    cells.put('repo', repo)
    return effects
  },
}
const NO_USE: readonly Effect[] = [drop('no-use')]

const onPull = (cells: Cells, repo: Repo, event: PullEvent, now: number): void => {
  const { kind, eventAt: at, actor } = event
  const note = (role: Role, name: string | null, day: number): void => {
    if (notePerson(cells, repo, role, name, day)) repo.isChanged = true
  }
  change(cells, repo, event.pull, now, (pull) => {
    hearPull(pull, event)
    if (pull.openedAt > 0) note('authors', pull.author, pull.openedAt)
    if (kind === 'reviewed' && actor !== pull.author) note('reviewers', actor, at)
  })
}
const onRun = (cells: Cells, repo: Repo, run: PullRun, now: number): void => {
  change(cells, repo, run.pull, now, (pull) => {
    hearRun(pull, run)
  })
}

type PullState = ReturnType<typeof pullOf>
/** Changes a pull, and the sums by what it adds to them after and no more as before. */
const change = (
  cells: Cells,
  repo: Repo,
  number: number,
  now: number,
  by: (pull: PullState) => void,
): void => {
  const pull = pullOf(cells, number)
  const before = ofPull(pull)
  const [wasOpen, wasQueued] = [openHour(pull), isQueued(pull)]
  by(pull)
  replace(cells, repo, before, ofPull(pull), now)
  moveOpen(repo, 'openPulls', wasOpen, openHour(pull))
  repo.queued += Number(isQueued(pull)) - Number(wasQueued)
  keepUntilForgotten(cells, repo, number, endOf(pull))
  cells.put(`pull/${number}`, pull)
}
const isQueued = (pull: PullState): boolean => endOf(pull) === 0 && pull.stays.length % 2 === 1

const onIssue = (cells: Cells, repo: Repo, event: IssueEvent, now: number): void => {
  const issue = issueOf(cells, event.issue)
  const before = ofIssue(issue)
  const wasOpen = openHour(issue)
  hearIssue(issue, event)
  replace(cells, repo, before, ofIssue(issue), now)
  moveOpen(repo, 'openIssues', wasOpen, openHour(issue))
  keepUntilForgotten(cells, repo, -event.issue, endOf(issue))
  cells.put(`issue/${event.issue}`, issue)
}

const replace = (
  cells: Cells,
  repo: Repo,
  before: readonly Contribution[],
  after: readonly Contribution[],
  now: number,
): void => {
  // What is heard again changes nothing.
  if (isSame(before, after)) return
  repo.isChanged = true
  for (const [at, counters] of before) addAt(cells, repo, at, counters, -1, now)
  for (const [at, counters] of after) addAt(cells, repo, at, counters, 1, now)
}

/** Hour in which something open was opened; null where it is not open, or nobody knows since when. */
const openHour = (of: PullState | ReturnType<typeof issueOf>): number | null =>
  of.openedAt > 0 && endOf(of) === 0 ? Math.floor(of.openedAt / HOUR_MS) : null
const moveOpen = (
  repo: Repo,
  which: 'openPulls' | 'openIssues',
  from: number | null,
  to: number | null,
): void => {
  if (from === to) return
  const open = repo[which]
  repo.isChanged = true
  if (from !== null) add(open, from, -1)
  if (to !== null) add(open, to, 1)
}

/** Notes under which day something that ended is to be forgotten. */
const keepUntilForgotten = (cells: Cells, repo: Repo, number: number, endedAt: number): void => {
  if (endedAt === 0) return
  const day = dayOf(endedAt)
  const numbers = (cells.get(`ended/${day}`) as number[] | undefined) ?? []
  if (numbers.includes(number)) return
  if (numbers.length === 0) repo.days.push(day)
  numbers.push(number)
  cells.put(`ended/${day}`, numbers)
}
const forget = (cells: Cells, repo: Repo, today: number): void => {
  const isOver = (day: number): boolean => day <= today - KEPT_DAYS
  for (const day of repo.days.filter(isOver)) {
    for (const number of (cells.get(`ended/${day}`) as number[] | undefined) ?? []) {
      const kept = number < 0 ? issueOf(cells, -number) : pullOf(cells, number)
      const endedAt = endOf(kept)
      if (endedAt > 0 && isOver(dayOf(endedAt)))
        cells.delete(number < 0 ? `issue/${-number}` : `pull/${number}`)
    }
    cells.delete(`ended/${day}`)
  }
  repo.days = repo.days.filter((day) => !isOver(day))
}

const nextOf = (now: number, spanMs: number): number => Math.floor(now / spanMs) * spanMs + spanMs
const wake = (repo: Repo, now: number): Effect[] => {
  const at = nextOf(now, HOUR_MS)
  if (repo.hourAt > 0 && repo.hourAt <= at) return []
  repo.hourAt = at
  return [setTimer('hour', at)]
}

/** At midnight something is said in any case: ages, days of people and averages over time have moved. */
const onHour = (cells: Cells, key: string, repo: Repo, now: number): readonly Effect[] => {
  const hasExpired = expire(cells, repo, now)
  const isMidnight = now % DAY_MS === 0
  if (isMidnight) {
    forget(cells, repo, dayOf(now))
    forgetPeople(cells, repo, dayOf(now))
  }
  const effects = repo.isChanged || hasExpired || isMidnight ? say(cells, key, repo, now) : []
  repo.isChanged = false
  const isOver = !isHeld(repo, 'now', now) && repo.days.length === 0
  const at = isOver ? Infinity : Math.min(nextExpiry(repo, now), nextOf(now, DAY_MS))
  repo.hourAt = isOver ? 0 : at
  cells.put('repo', repo)
  return [...effects, isOver ? clearTimer('hour') : setTimer('hour', at)]
}

const say = (cells: Cells, key: string, repo: Repo, now: number): Effect[] => {
  const people = {
    authors: countPeople(cells, repo, 'authors', dayOf(now - 1)),
    reviewers: countPeople(cells, repo, 'reviewers', dayOf(now - 1)),
  }
  return WINDOWS.flatMap((window): Effect[] => {
    if (!isHeld(repo, window, now)) return [retire('ci.kpis.v1', keyOf('pulls', key, window))]
    const reading: PullReading = {
      ...{ ...people, asOf: now, window, windowMs: window === 'now' ? 0 : LENGTHS[window] },
      counters: window === '7d' ? repo.week : window === '30d' ? repo.month : [],
      ...{ openPulls: repo.openPulls, openIssues: repo.openIssues, queued: repo.queued },
      heard: heardOf(repo),
    }
    const record = recordOf(key, reading)
    if (window === 'now') return [emit('ci.kpis.v1', record)]
    const history = { ...record, eventId: `${record.eventId}/history` }
    return [emit('ci.kpis.v1', record), emit('ci.kpi-history.v1', history)]
  })
}
/** Of issues and the queue what is there now, or was within 30 days; of people as long as they are known. */
const heardOf = ({ month, openIssues, queued, authors, reviewers }: Repo): PullReading['heard'] => {
  const has = (...names: readonly (keyof typeof ID)[]): boolean =>
    names.some((name) => countOf(month, ID[name]) !== 0)
  return {
    issues: openIssues.length > 0 || has('issues/opened', 'issues/closed'),
    queue: queued > 0 || has('queue/n', 'queue/change', 'queue/changeAt'),
    authors: authors.length > 0,
    reviewers: reviewers.length > 0,
  }
}
const isHeld = (
  { panes, openPulls, openIssues }: Repo,
  window: PullWindow,
  now: number,
): boolean => {
  const newest = panes.at(-1) ?? -Infinity
  if (window !== 'now') return newest + LENGTHS[window] > now
  return openPulls.length + openIssues.length > 0 || newest + LENGTHS['30d'] > now
}

const recordOf = (subject: string, reading: PullReading): Kpi => {
  const { asOf, window } = reading
  return {
    eventId: `kpi/pulls/${subject}/${window}/${asOf}`,
    ...{ eventAt: asOf, observedAt: asOf, dimension: 'pulls', subject, window },
    values: PULL_ROWS[window].map((row) => ({
      kpi: row.name,
      ...row.value(reading),
      compat: null,
    })),
    ...{ late: 0, simulated: subject.startsWith('demo:') },
  }
}
