/** Finds sources that cannot be heard. */

import type { SourceState } from '../../../schemas/events.ts'
import type { Cells, Effect, Processor, Tables } from '../../processor.ts'
import { findHeld, type Held } from '../held.ts'
import { rulesOf, settingsOf } from '../settings.ts'
import { HELD_CELLS, heldOf, settle } from './one.ts'

const NO_EFFECTS: readonly Effect[] = []
const MINUTE_MS = 60_000

export const sourceAlerts: Processor = {
  name: 'source-alerts',
  inputs: ['ci.source-states.v1'],
  broadcasts: ['ci.alert-settings.v1'],
  outputs: ['ci.symptoms.v1'],
  cells: HELD_CELLS,
  step: (cells, _key, input, now, tables) =>
    input.kind === 'timer' ? NO_EFFECTS : look(cells, input.record as SourceState, now, tables),
}

const look = (cells: Cells, told: SourceState, now: number, tables: Tables): readonly Effect[] => {
  const ref = { source: told.source, repo: '', job: '', runId: '', attempt: 0 }
  const place = { subject: told.source, member: told.source }
  const settings = settingsOf(tables)
  const findings = rulesOf(settings, 'source').map((rule) => {
    const held: Held | undefined = findHeld(heldOf(cells), rule.name, place)
    const minutes = Math.round((now - (held?.at ?? now)) / MINUTE_MS)
    return {
      rule,
      isRaised: rule.row.isRaised(told, rule.limits, held !== undefined),
      place,
      words: () => rule.row.words(told),
      verdict: `heard again ${minutes} minutes after it was told`,
    }
  })
  const occasion = { causeId: told.eventId, eventAt: told.eventAt, now, ref }
  return settle(cells, findings, occasion, settings)
}
