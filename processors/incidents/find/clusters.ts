/** Finds clusters in trouble, as each telemetry source tells of them. */

import type { ClusterState } from '../../../schemas/events.ts'
import type { Effect, Processor } from '../../processor.ts'
import { findHeld } from '../held.ts'
import { rulesOf, settingsOf } from '../settings.ts'
import { heldOf, HELD_CELLS, settle } from './one.ts'

const NO_EFFECTS: readonly Effect[] = []

export const clusterAlerts: Processor = {
  name: 'cluster-alerts',
  inputs: ['ci.cluster-states.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: HELD_CELLS,
  step: (cells, _key, input, now, tables) => {
    if (input.kind === 'timer') return NO_EFFECTS
    const told = input.record as ClusterState
    const ref = { source: told.source, repo: '', job: '', runId: '', attempt: 0 }
    const place = { subject: told.place, member: told.reporter }
    const settings = settingsOf(tables)
    const findings = rulesOf(settings, 'cluster').map((rule) => {
      const isHeld = findHeld(heldOf(cells), rule.name, place) !== undefined
      return {
        rule,
        isRaised: rule.row.isRaised(told, rule.limits, isHeld),
        place,
        words: () => rule.row.words(told),
        verdict: 'no more troubles are told of',
      }
    })
    const occasion = { causeId: told.eventId, eventAt: told.eventAt, now, ref }
    return settle(cells, findings, occasion, settings)
  },
}
