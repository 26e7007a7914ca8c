/** Takes and mutes incidents as people ask. A mute ends by itself, and outlives the close of its incident. */

import type { IncidentCommand } from '../../schemas/events.ts'
import { drop, setTimer, type Cells, type Effect } from '../processor.ts'
import type { Occasion } from './held.ts'
import { incidentOf, putIncident, type IncidentState } from './incident-state.ts'
import { said } from './say.ts'
import type { Settings } from './settings.ts'

/** Changes what is kept as the command says; false where it says nothing new. */
const apply = (state: IncidentState, command: IncidentCommand, now: number): boolean => {
  const { by, until } = command
  switch (command.command) {
    case 'ack':
      if (!state.isOpen || state.ackedBy !== '') return false
      state.ackedBy = by
      state.ackedAt = now
      return true
    case 'unack':
      if (state.ackedBy === '') return false
      state.ackedBy = ''
      state.ackedAt = 0
      return true
    case 'mute':
      if (until === null || until <= now || until === state.mutedUntil) return false
      state.mutedBy = by
      state.mutedUntil = until
      return true
    case 'unmute':
      if (state.mutedUntil === 0) return false
      state.mutedBy = ''
      state.mutedUntil = 0
      return true
    default:
      return false
  }
}

const VERDICTS: Readonly<Record<string, string>> = {
  ack: 'taken',
  unack: 'given back',
  mute: 'muted',
  unmute: 'no longer muted',
}

export const obey = (
  cells: Cells,
  command: IncidentCommand,
  now: number,
  settings: Settings,
): Effect[] => {
  const { incident, source, repo, eventId, eventAt, by, note } = command
  const state = incidentOf(cells, incident)
  if (state === undefined || !apply(state, command, now)) return [drop('no-use')]
  putIncident(cells, incident, state)
  const { job, runId, attempt } = state
  const ref = { source, repo, job, runId, attempt }
  const occasion: Occasion = { causeId: eventId, eventAt, now, ref }
  const verdict = `${VERDICTS[command.command] ?? ''} by ${by}${note === '' ? '' : `: ${note}`}`
  const told = state.isOpen ? 'update' : 'closed'
  const effects = said(incident, state, told, verdict, occasion, settings)
  if (command.command === 'mute' && command.until !== null)
    effects.push(setTimer(`muted/${incident}`, command.until))
  return effects
}
