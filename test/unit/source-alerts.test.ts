import { describe, it } from 'vitest'
import { sourceAlerts } from '../../processors/incidents/sources.ts'
import type { SourceState } from '../../schemas/events.ts'
import { MINUTE, MONDAY } from '../support/facts.ts'
import { given, on, type Happening, type Said } from '../support/given.ts'

const state = (
  minute: number,
  condition: SourceState['state'],
  reason: string | null = null,
): Happening => {
  const at = MONDAY + minute * MINUTE
  const record: SourceState = {
    ...{ eventId: `prow/${minute}`, eventAt: at, observedAt: at, source: 'prow' },
    ...{ state: condition, reason, detail: reason === null ? null : 'it answered 500' },
    ...{ heardAt: MONDAY, failures: 1 },
  }
  return on('ci.source-states.v1', record)
}
const told = (incident: Partial<Record<'state' | 'title' | 'verdict', string>>): Said => ({
  topic: 'ci.incidents.v1',
  record: { incident: 'source-unheard:prow', severity: 'critical', job: '', ...incident },
})
const UNREACHABLE = 'prow cannot be heard: unreachable, it answered 500'

describe('a source that cannot be heard', () => {
  it('is an incident when it is stale, and closed when it is heard again', () => {
    given(sourceAlerts, state(0, 'heard'))
      .when(state(1, 'failing', 'unreachable'), state(6, 'stale', 'unreachable'), state(9, 'heard'))
      .then(
        told({ state: 'open', title: UNREACHABLE }),
        told({ state: 'closed', title: UNREACHABLE, verdict: 'heard again after 9 minutes' }),
      )
  })
  it('is one at once where only people can mend it', () => {
    given(sourceAlerts)
      .when(state(1, 'failing', 'unauthorised'))
      .then(told({ state: 'open' }))
  })
  it('is updated where it fails otherwise, and never repeated', () => {
    given(sourceAlerts, state(6, 'stale', 'unreachable'))
      .when(state(7, 'stale', 'unreachable'), state(8, 'failing', 'throttled'), state(9, 'heard'))
      .then(told({ state: 'update' }), told({ state: 'closed' }))
  })
})
