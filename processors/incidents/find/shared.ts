/** Tests of a job that fail on several pull requests within hours, which none of these is to blame for. */

import type { TestResult } from '../../../schemas/events.ts'
import { runName } from '../../../schemas/keys.ts'
import { setTimer, type Cells, type Effect, type Tables } from '../../processor.ts'
import { clear, occasionOf, raise, type Held, type Occasion } from '../held.ts'
import type { SharedFailure } from '../rule.ts'
import { rulesOf, settingsOf, type Settings } from '../settings.ts'
import { jobStateOf, type JobState } from './job-state.ts'
import { age, MOST_NAME, note, sharedOf, type SharedState } from './shared-state.ts'

const NO_EFFECTS: readonly Effect[] = []

/** With fewer ends of the job it cannot be told how often a test fails. */
const FEWEST_ENDS = 20
const SHARED_TIMER = 'shared'

/** The widest window of the rules. Unit: milliseconds. */
const windowMs = (settings: Settings): number =>
  1000 *
  Math.max(0, ...rulesOf(settings, 'shared').map(({ row, limits }) => row.windowSeconds(limits)))

/** A failed test of a run of a pull request. */
export const onResult = (
  cells: Cells,
  result: TestResult,
  now: number,
  tables: Tables,
): readonly Effect[] => {
  const state = jobStateOf(cells)
  if (state === undefined) return NO_EFFECTS
  const head = state.runs.find(({ run }) => run === runName(result))?.head ?? ''
  if (!head.startsWith('pull ')) return NO_EFFECTS
  const effects = onFailedTest(cells, state, result, Number(head.slice(5)), settingsOf(tables), now)
  cells.put('job', state)
  return effects
}

const onFailedTest = (
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
  const state = sharedOf(cells)
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
  const state = sharedOf(cells)
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
