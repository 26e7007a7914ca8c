/** Tests of a job that fail on several pull requests within hours, which none of these is to blame for. */

import type { TestResult } from '../../../schemas/events.ts'
import { setTimer, type Cells, type Effect } from '../../processor.ts'
import { clear, occasionOf, raise, type Held, type Occasion } from '../held.ts'
import type { SharedFailure } from '../rule.ts'
import { rulesOf, type Settings } from '../settings.ts'
import type { JobState } from './job-state.ts'

/** A test that failed on pull requests: on which, when last on each, and in how many runs before these. */
interface Shared {
  readonly test: string
  pulls: number[]
  ats: number[]
  before: number
}
interface SharedState {
  tests: Shared[]
  wakeAt: number
}
export const SHARED_CELL = {
  type: 'record',
  name: 'SharedFailures',
  fields: [
    {
      name: 'tests',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Shared',
          fields: [
            { name: 'test', type: 'string' },
            { name: 'pulls', type: { type: 'array', items: 'long' } },
            { name: 'ats', type: { type: 'array', items: 'long' } },
            { name: 'before', type: 'long' },
          ],
        },
      },
    },
    { name: 'wakeAt', type: 'long' },
  ],
}
const SHARED_TIMER = 'shared'
const MOST_TESTS = 60
const MOST_PULLS = 10
const MOST_NAME = 400
/** With fewer ends of the job it cannot be told how often a test fails. */
const FEWEST_ENDS = 20

const stateOf = (cells: Cells): SharedState =>
  (cells.get('shared') as SharedState | undefined) ?? { tests: [], wakeAt: 0 }

/** The widest window of the rules. Unit: milliseconds. */
const windowMs = (settings: Settings): number =>
  1000 *
  Math.max(0, ...rulesOf(settings, 'shared').map(({ row, limits }) => row.windowSeconds(limits)))

/** Failures older than the window count as those before. */
const age = (shared: Shared, from: number): void => {
  for (let i = shared.ats.length - 1; i >= 0; i -= 1)
    if ((shared.ats[i] ?? 0) <= from) {
      shared.ats.splice(i, 1)
      shared.pulls.splice(i, 1)
      shared.before += 1
    }
}

const note = (state: SharedState, test: string, pull: number, now: number): Shared => {
  let shared = state.tests.find((each) => each.test === test)
  if (shared === undefined) {
    shared = { test, pulls: [], ats: [], before: 0 }
    state.tests.push(shared)
    if (state.tests.length > MOST_TESTS) state.tests.shift()
  }
  const at = shared.pulls.indexOf(pull)
  if (at >= 0) shared.ats[at] = now
  else if (shared.pulls.length < MOST_PULLS) {
    shared.pulls.push(pull)
    shared.ats.push(now)
  }
  return shared
}

export const onFailedTest = (
  cells: Cells,
  job: JobState,
  result: TestResult,
  pull: number,
  settings: Settings,
  now: number,
): Effect[] => {
  const rules = rulesOf(settings, 'shared')
  if (rules.length === 0) return []
  const window = windowMs(settings)
  const state = stateOf(cells)
  const shared = note(state, result.test.slice(0, MOST_NAME), pull, now)
  age(shared, now - window)
  const seen: SharedFailure = {
    test: shared.test,
    pulls: shared.pulls,
    rateBefore: job.ends < FEWEST_ENDS ? 1 : shared.before / job.ends,
  }
  const place = { subject: result.job, member: shared.test }
  const occasion = occasionOf(result, now)
  const effects = rules.flatMap((rule) =>
    rule.row.isRaised(seen, rule.limits)
      ? raise(job.held, occasion, rule, place, rule.row.words(result.job, seen))
      : [],
  )
  if (state.wakeAt === 0) {
    state.wakeAt = now + window
    effects.push(setTimer(SHARED_TIMER, state.wakeAt))
  }
  cells.put('shared', state)
  return effects
}

const isShared = (one: Held, state: SharedState, settings: Settings): boolean => {
  const shared = state.tests.find(({ test }) => test === one.member)
  const least = settings.byName.get(one.rule)?.limits['pulls'] ?? Infinity
  return shared !== undefined && shared.pulls.length >= least
}

/** What is older than the window is over. */
export const onSharedTimer = (
  cells: Cells,
  job: JobState,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const state = stateOf(cells)
  const window = windowMs(settings)
  for (const shared of state.tests) age(shared, occasion.now - window)
  const effects = job.held
    .filter((one) => one.kind === 'shared' && !isShared(one, state, settings))
    .flatMap((one) => clear(job.held, one, occasion, 'no more failures within the window'))
  const next = Math.min(...state.tests.flatMap(({ ats }) => ats)) + window
  state.wakeAt = Number.isFinite(next) ? Math.max(next, occasion.now + 1) : 0
  cells.put('shared', state)
  return state.wakeAt === 0 ? effects : [...effects, setTimer(SHARED_TIMER, state.wakeAt)]
}
