/** Tests of a job that failed on pull requests lately: on which, when, and how often before. */

import type { Cells } from '../../processor.ts'

/** A test that failed on pull requests: on which, when last on each, and in how many runs before these. */
interface Shared {
  readonly test: string
  pulls: number[]
  ats: number[]
  before: number
}
export interface SharedState {
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
const MOST_TESTS = 60
const MOST_PULLS = 10
export const MOST_NAME = 400

export const sharedOf = (cells: Cells): SharedState =>
  (cells.get('shared') as SharedState | undefined) ?? { tests: [], wakeAt: 0 }

/** Failures older than the window count as those before. */
export const age = (shared: Shared, from: number): void => {
  for (let i = shared.ats.length - 1; i >= 0; i -= 1)
    if ((shared.ats[i] ?? 0) <= from) {
      shared.ats.splice(i, 1)
      shared.pulls.splice(i, 1)
      shared.before += 1
    }
}

export const note = (state: SharedState, test: string, pull: number, now: number): Shared => {
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
