/** Finds regressions and flakes among the tests of a job. */

import type { TestState } from '../../../schemas/events.ts'
import type { Effect, Processor } from '../../processor.ts'
import { findHeld } from '../held.ts'
import { rulesOf, settingsOf } from '../settings.ts'
import { heldOf, HELD_CELLS, settle } from './one.ts'

const NO_EFFECTS: readonly Effect[] = []

/** What a test is called, as people say it. */
const WORDS: Readonly<Record<TestState['word'], string>> = {
  unknown: 'unknown',
  passing: 'passing',
  flaky: 'flaky',
  infraFlake: 'failing with its whole run',
  failing: 'failing',
  newFailing: 'new and failing',
  regression: 'a regression',
  quiet: 'quiet',
}

export const testAlerts: Processor = {
  name: 'test-alerts',
  inputs: ['ci.test-states.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: HELD_CELLS,
  step: (cells, _key, input, now, tables) => {
    if (input.kind === 'timer') return NO_EFFECTS
    const state = input.record as TestState
    const { failingRun } = state
    const runId = failingRun?.runId ?? ''
    const ref = { ...state, runId, attempt: failingRun?.attempt ?? 0 }
    const place = {
      subject: state.job,
      member: state.test,
      link: runId.startsWith('https://') ? runId : undefined,
    }
    const settings = settingsOf(tables)
    const findings = rulesOf(settings, 'test').map((rule) => {
      const isHeld = findHeld(heldOf(cells), rule.name, place) !== undefined
      return {
        rule,
        isRaised: rule.row.isRaised(state, rule.limits, isHeld),
        place,
        words: () => rule.row.words(state),
        verdict: `"${state.test}" is ${WORDS[state.word]} now`,
      }
    })
    const occasion = { causeId: state.eventId, eventAt: state.eventAt, now, ref }
    return settle(cells, findings, occasion, settings)
  },
}
