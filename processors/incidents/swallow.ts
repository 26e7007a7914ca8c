/**
 * Who swallows whom: while an incident is open, findings of the rules it swallows about the same jobs are part of it and
 * are not told apart. Those that stand when it closes are told then.
 */

import type { Cells } from '../processor.ts'
import { incidentOf, openIncidents, type IncidentState, type Member } from './incident-state.ts'
import type { Settings } from './settings.ts'

const swallowsOf = (rule: string, settings: Settings): readonly string[] =>
  settings.byName.get(rule)?.row.swallows ?? []

/** True where what is found of the job is part of an incident: it holds the job, or is about the repository as a whole. */
const covers = ({ members }: IncidentState, job: string): boolean =>
  members.some((each) => each.by === '' && (each.job === job || each.job === ''))

/** The row of a rule: an own rule is swallowed as the one that it is made of. */
const baseOf = (rule: string, settings: Settings): string =>
  settings.byName.get(rule)?.row.name ?? rule

/** The open incident that a finding about a job is part of; empty where there is none. */
export const swallower = (cells: Cells, rule: string, job: string, settings: Settings): string => {
  const base = baseOf(rule, settings)
  for (const open of openIncidents(cells)) {
    if (!swallowsOf(open.rule, settings).includes(base)) continue
    const parent = incidentOf(cells, open.incident)
    if (parent !== undefined && covers(parent, job)) return open.incident
  }
  return ''
}

/** Members of an incident that are part of another one and stand by themselves so far. */
export const coveredBy = (parent: IncidentState, { members }: IncidentState): Member[] =>
  members.filter(({ by, job }) => by === '' && covers(parent, job))

/** Open incidents that this one may swallow. */
export const toSwallow = (
  cells: Cells,
  incident: string,
  parent: IncidentState,
  settings: Settings,
): string[] => {
  const swallows = swallowsOf(parent.rule, settings)
  if (swallows.length === 0) return []
  return openIncidents(cells)
    .filter((open) => open.incident !== incident && swallows.includes(baseOf(open.rule, settings)))
    .map((open) => open.incident)
}
