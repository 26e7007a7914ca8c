/**
 * Incidents of rules that are switched off, or that are for other jobs now. Their finders clear them when they next hear of
 * the job, which for one that runs no more is never: so by the full hour they end here.
 */

import type { Cells, Effect } from '../processor.ts'
import { behindOf } from './behind.ts'
import { lapseOf, type Occasion } from './held.ts'
import { incidentOf, openIncidents } from './incident-state.ts'
import { about, nextLook, settle } from './settle.ts'
import type { Settings } from './settings.ts'

export const lookAtRules = (cells: Cells, occasion: Occasion, settings: Settings): Effect[] => {
  const open = openIncidents(cells).map(({ incident }) => incident)
  // Those that are part of another would be told when that one closes. They go first, so that nothing is let go for nothing.
  const effects = [...new Set([...behindOf(cells), ...open])].flatMap((incident) =>
    endLapsed(cells, incident, occasion, settings),
  )
  if (openIncidents(cells).length > 0) effects.push(nextLook(occasion.now))
  return effects
}

const endLapsed = (
  cells: Cells,
  incident: string,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const state = incidentOf(cells, incident)
  if (state === undefined) return []
  const rule = settings.byName.get(state.rule)
  const { source, repo } = occasion.ref
  const verdicts = state.members.map(({ job }) => lapseOf(rule, { source, repo, job }))
  const verdict = verdicts.find((each) => each !== null)
  if (verdict === undefined) return []
  state.members = state.members.filter((_, i) => verdicts[i] === null)
  return settle(cells, incident, state, verdict, about(state, occasion), settings).filter(
    ({ kind }) => kind !== 'drop',
  )
}
