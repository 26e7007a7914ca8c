/** What becomes of an incident when its members have changed: it opens, goes on, waits, or closes, and others with it. */

import { drop, setTimer, type Cells, type Effect } from '../processor.ts'
import { behindOf, noteBehind, pruneBehind } from './behind.ts'
import type { Occasion } from './held.ts'
import {
  incidentOf,
  noteClosed,
  noteOpen,
  putIncident,
  standing,
  type IncidentState,
} from './incident-state.ts'
import { said } from './say.ts'
import type { Settings } from './settings.ts'
import { coveredBy, swallower, toSwallow } from './swallow.ts'

/** A closed incident is shown for so long. */
export const SHOWN_MS = 30 * 86_400_000

const HOUR_MS = 3_600_000
/** While an incident is open its rule is looked at by the full hour, from which on settings are in force (lapse.ts). */
export const LOOK_TIMER = 'look'
export const nextLook = (now: number): Effect =>
  setTimer(LOOK_TIMER, (Math.floor(now / HOUR_MS) + 1) * HOUR_MS)

/** Says what has become of an incident: opened, updated or closed, with what it swallows or lets go. */
export const settle = (
  cells: Cells,
  incident: string,
  state: IncidentState,
  verdict: string | null,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const isOpen = standing(state).length > 0
  if (isOpen) state.quietAt = 0
  const was = state.isOpen
  state.isOpen = isOpen
  const effects: Effect[] = []
  if (isOpen && !was) {
    if (state.openedAt === 0) state.openedAt = occasion.now
    else state.reopened += 1
    state.partOf = ''
    noteOpen(cells, { incident, rule: state.rule })
    putIncident(cells, incident, state)
    effects.push(nextLook(occasion.now))
    effects.push(...swallow(cells, incident, state, occasion, settings))
    effects.push(...said(incident, state, 'open', null, occasion, settings))
  } else if (!isOpen && was) {
    effects.push(...endOf(cells, incident, state, verdict, occasion, settings))
  } else if (isOpen) {
    effects.push(...said(incident, state, 'update', verdict, occasion, settings))
    effects.push(...swallow(cells, incident, state, occasion, settings))
  } else if (state.openedAt > 0)
    // It was closed before what it said was judged.
    effects.push(...said(incident, state, 'closed', verdict ?? OVER, occasion, settings))
  putIncident(cells, incident, state)
  if (!isOpen && state.members.length === 0 && state.openedAt === 0)
    effects.push(setTimer(`gone/${incident}`, occasion.now + SHOWN_MS))
  return effects.length === 0 ? [drop('no-use')] : effects
}

/** Closes it; where its rule lingers, only after it was quiet for so long. */
const endOf = (
  cells: Cells,
  incident: string,
  state: IncidentState,
  verdict: string | null,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const lingerMs = settings.byName.get(state.rule)?.row.lingerMs ?? 0
  if (lingerMs === 0 || state.members.length > 0)
    return close(cells, incident, state, verdict ?? OVER, occasion, settings)
  const told = said(incident, state, 'update', verdict, occasion, settings)
  state.isOpen = true
  if (state.quietAt > 0) return told
  state.quietAt = occasion.now
  state.verdict = verdict ?? OVER
  putIncident(cells, incident, state)
  return [
    ...told,
    setTimer(`quiet/${incident}`, occasion.now + lingerMs),
    ...letGo(cells, incident, occasion, settings),
  ]
}
const OVER = 'it is over'

export const close = (
  cells: Cells,
  incident: string,
  state: IncidentState,
  verdict: string,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  Object.assign(state, { isOpen: false, closedAt: occasion.now, quietAt: 0, verdict: '' })
  noteClosed(cells, incident)
  putIncident(cells, incident, state)
  return [
    ...said(incident, state, 'closed', verdict, occasion, settings),
    setTimer(`gone/${incident}`, occasion.now + SHOWN_MS),
    ...letGo(cells, incident, occasion, settings),
  ]
}

/** What is part of an incident that opens, or of what has joined it, is closed with its name. */
const swallow = (
  cells: Cells,
  incident: string,
  parent: IncidentState,
  occasion: Occasion,
  settings: Settings,
): Effect[] =>
  toSwallow(cells, incident, parent, settings).flatMap((name) => {
    const child = incidentOf(cells, name)
    const members = child === undefined ? [] : coveredBy(parent, child)
    if (child === undefined || members.length === 0) return []
    for (const member of members) member.by = incident
    parent.swallowed += members.length
    putIncident(cells, incident, parent)
    noteBehind(cells, name)
    child.partOf = incident
    return settle(
      cells,
      name,
      child,
      `it is part of ${parent.title}`,
      about(child, occasion),
      settings,
    )
  })

/** What stood only because it was part of an incident that is over stands by itself now. */
const letGo = (
  cells: Cells,
  incident: string,
  occasion: Occasion,
  settings: Settings,
): Effect[] => {
  const effects = behindOf(cells).flatMap((name) => {
    const child = incidentOf(cells, name)
    const freed = child?.members.filter(({ by }) => by === incident) ?? []
    if (child === undefined || freed.length === 0) return []
    for (const member of freed) member.by = swallower(cells, child.rule, member.job, settings)
    putIncident(cells, name, child)
    return settle(cells, name, child, null, about(child, occasion), settings)
  })
  pruneBehind(cells)
  return effects.filter(({ kind }) => kind !== 'drop')
}

/** The same occasion, about what another incident is about. */
export const about = ({ job, runId, attempt }: IncidentState, occasion: Occasion): Occasion => ({
  ...occasion,
  ref: { ...occasion.ref, job, runId, attempt },
})
